// What a notebook's page can do better with a script; without one, each fold opens by itself and each box scrolls.
(() => {
  "use strict";
  const folds = [...document.querySelectorAll("details.owt-code")];
  const button = document.querySelector("button.owt-all-code");
  const key = "owt-code";

  // A browser may forbid to remember anything.
  const recall = () => { try { return localStorage.getItem(key); } catch { return null; } };
  const remember = (state) => { try { localStorage.setItem(key, state); } catch { /* then it is forgotten */ } };

  const show = (open) => {
    folds.forEach((fold) => { fold.open = open; });
    button.textContent = open ? "Hide all code" : "Show all code";
    button.dataset.open = open;
  };

  if (button && folds.length) {
    button.hidden = false;
    show(recall() === "open");
    button.addEventListener("click", () => {
      const open = button.dataset.open !== "true";
      // The page stays where it is for the reader, who sees the button.
      const before = button.getBoundingClientRect().top;
      show(open);
      window.scrollBy(0, button.getBoundingClientRect().top - before);
      remember(open ? "open" : "folded");
    });
  }

  // A box that has nothing to scroll is no stop for the keyboard, and no landmark with a name.
  const boxes = [...document.querySelectorAll(".owt-scroll[tabindex]")].map((box) => (
    { box, told: ["tabindex", "role", "aria-label"].map((name) => [name, box.getAttribute(name)]) }
  ));
  const measure = () => boxes.forEach(({ box, told }) => {
    const scrolls = box.scrollWidth > box.clientWidth + 1;
    box.classList.toggle("owt-scrolls", scrolls);
    told.forEach(([name, value]) => (scrolls ? box.setAttribute(name, value) : box.removeAttribute(name)));
  });
  measure();
  addEventListener("resize", measure);
  document.querySelectorAll("details").forEach((fold) => fold.addEventListener("toggle", measure));
})();
