/* A slide takes the whole window. A table or formula that is too wide for it, and then the whole slide if it is too
   long, are set smaller, down to a size that can still be read; what is still too large scrolls. */
(() => {
  const SMALLEST = 0.6;
  const shrink = (element, isTooLarge) => {
    element.style.fontSize = "";
    for (let size = 1; size > SMALLEST && isTooLarge(element);) {
      size -= 0.04;
      element.style.fontSize = `${size}em`;
    }
  };
  const isLong = (slide) => slide.scrollHeight > slide.clientHeight + 1;
  const isWide = (box) => box.scrollWidth > box.clientWidth + 1;
  const fit = () => {
    const slide = Reveal.getCurrentSlide();
    if (!slide) return;
    slide.querySelectorAll(".math, .scroll").forEach((box) => shrink(box, isWide));
    shrink(slide, isLong);
    if (isLong(slide)) slide.tabIndex = 0;
    else slide.removeAttribute("tabindex");
  };
  Reveal.initialize({
    center: false,
    controlsLayout: "bottom-right",
    disableLayout: true,
    display: "flex",
    hash: true,
    plugins: [RevealNotes],
    scrollActivationWidth: null,
    slideNumber: "c/t",
    transition: "none",
  }).then(fit);
  Reveal.on("slidechanged", fit);
  Reveal.on("resize", fit);
  window.addEventListener("resize", fit);
})();
