/* The frame of every page: colours, the menu of narrow screens, the contents, and what scrolls sideways. */
(() => {
  "use strict";
  const page = document.documentElement;
  const MODES = ["auto", "light", "dark"];
  const TOLD = { auto: "as the system has them", light: "light", dark: "dark" };
  const dark = matchMedia("(prefers-color-scheme: dark)");

  const theme = document.querySelector(".owt-theme");
  const show = (mode) => {
    page.dataset.mode = mode;
    page.dataset.theme = mode === "auto" ? (dark.matches ? "dark" : "light") : mode;
    theme.setAttribute("aria-label", `Colours: ${TOLD[mode]}`);
    theme.title = theme.getAttribute("aria-label");
  };
  theme.hidden = false;
  show(page.dataset.mode);
  theme.addEventListener("click", () => {
    const mode = MODES[(MODES.indexOf(page.dataset.mode) + 1) % MODES.length];
    try {
      localStorage.setItem("mode", mode);
    } catch {
      /* A browser that keeps nothing shows it on this page at least. */
    }
    show(mode);
  });
  dark.addEventListener("change", () => show(page.dataset.mode));

  const menu = document.querySelector(".owt-menu");
  const fold = (open) => menu.setAttribute("aria-expanded", String(open));
  menu.hidden = false;
  menu.addEventListener("click", () => fold(menu.getAttribute("aria-expanded") !== "true"));
  document.addEventListener("keydown", (event) => {
    if (event.key === "Escape" && menu.getAttribute("aria-expanded") === "true") {
      fold(false);
      menu.focus();
    }
  });

  // What takes a while comes after the text is shown: all of a long page is laid out, and its boxes are measured.
  const loaded = (act) => {
    if (document.readyState === "complete") {
      act();
    } else {
      addEventListener("load", act);
    }
  };
  loaded(() => page.classList.remove("owt-loading"));

  // Beside the text the contents stand open; above it, on a narrow screen, they are folded.
  const contents = document.querySelector(".owt-contents details");
  if (contents) {
    const wide = matchMedia("(min-width: 75rem)");
    const fit = () => {
      contents.open = wide.matches;
    };
    fit();
    wide.addEventListener("change", fit);
  }

  // The entry of the contents whose section is being read.
  const entries = new Map(
    [...document.querySelectorAll(".owt-contents a[href^='#']")].map((link) => [link.hash.slice(1), link]),
  );
  const sections = [...entries.keys()].map((id) => document.getElementById(id)).filter(Boolean);
  let pending = false;
  const mark = () => {
    pending = false;
    const read = sections.filter((section) => section.getBoundingClientRect().top < 120).pop();
    for (const [id, link] of entries) {
      if (read && id === read.id) {
        link.setAttribute("aria-current", "true");
      } else {
        link.removeAttribute("aria-current");
      }
    }
  };
  if (sections.length) {
    const later = () => {
      if (!pending) {
        pending = true;
        requestAnimationFrame(mark);
      }
    };
    addEventListener("scroll", later, { passive: true });
    later();
  }

  // A box that scrolls sideways can be reached with the keyboard, and says what it is; one that does not scroll
  // is no stop on the way.
  // The name that a box was given on the page, or else one of its caption.
  const boxes = [...document.querySelectorAll("main pre, .owt-scroll, .pst-scrollable-table-container, .cell_output .output")];
  const given = new Map(boxes.map((box) => [box, box.getAttribute("aria-label")]));
  const named = (box, number) => {
    if (given.get(box)) {
      return given.get(box);
    }
    const caption = box.querySelector("caption");
    const kind = box.tagName === "PRE" ? "Code" : "Table";
    return caption ? `${kind} ${number}: ${caption.textContent.trim()}` : `${kind} ${number}`;
  };
  const reach = () => {
    const scrolling = boxes.map((box) => box.scrollWidth > box.clientWidth + 1);
    boxes.forEach((box, index) => {
      if (scrolling[index]) {
        box.tabIndex = 0;
        box.setAttribute("role", "region");
        box.setAttribute("aria-label", named(box, index + 1));
      } else if (box.getAttribute("role") === "region") {
        for (const name of ["tabindex", "role", "aria-label"]) {
          box.removeAttribute(name);
        }
      }
    });
  };
  if (boxes.length) {
    const watch = new ResizeObserver(() => requestAnimationFrame(reach));
    loaded(() => watch.observe(document.querySelector("main")));
    document.addEventListener("toggle", reach, true);
  }

  // What is folded is opened for paper, and folded again; the code of a notebook stays folded.
  let opened = [];
  addEventListener("beforeprint", () => {
    opened = [...document.querySelectorAll(".bd-article details:not([open], .hide)")];
    opened.forEach((details) => details.setAttribute("open", ""));
  });
  addEventListener("afterprint", () => opened.forEach((details) => details.removeAttribute("open")));

  // Ctrl+K goes to the search, as on many sites, but never while somebody types.
  document.addEventListener("keydown", (event) => {
    const field = document.querySelector(".owt-search input");
    const typing = event.target.closest("input, textarea, select, [contenteditable]");
    if (field && !typing && event.key === "k" && (event.ctrlKey || event.metaKey)) {
      event.preventDefault();
      if (getComputedStyle(menu).display !== "none") {
        fold(true);
      }
      field.focus();
    }
  });
})();
