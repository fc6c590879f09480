/* A slide takes the whole window; what is too long for it is set smaller, down to a size that can still be read. */
(() => {
  const SMALLEST = 0.6;
  const isLong = (slide) => slide.scrollHeight > slide.clientHeight + 1;
  const isWide = (box) => box.scrollWidth > box.clientWidth + 1;
  const fit = () => {
    const slide = Reveal.getCurrentSlide();
    if (!slide) return;
    slide.style.fontSize = "";
    const boxes = [...slide.querySelectorAll(".math, .scroll")];
    for (let size = 1; size > SMALLEST && (isLong(slide) || boxes.some(isWide));) {
      size -= 0.04;
      slide.style.fontSize = `${size}em`;
    }
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
