/* Search as readers type: numbers count as words, a claim comes before what only mentions it, and a page that is
   found by what stands at its top is shown with its description. Loaded after Sphinx's own scripts. */
(() => {
  "use strict";
  const TOP = 400; // letters of a page that its description sums up
  const CLAIM = 4;
  const WORD = 6; // for each word of the query that a title holds, or begins like
  const ENTRY = 24;
  const places = { "claims/": CLAIM, "notebooks/": 2, glossary: 1, "data/": -3, "guides/": -3 };
  const lists = new Set(["claims/index", "notebooks/index", "data/index", "guides/index", "changes"]);
  let asked = [];

  const parse = Search._parseQuery;
  Search._parseQuery = (query) => {
    const parsed = parse(query);
    const [, wanted, , shown] = parsed;
    for (const number of splitQuery(query).filter((word) => /^\d+$/.test(word))) {
      wanted.add(number);
      shown.add(number);
    }
    asked = [...wanted];
    return parsed;
  };

  const holding = (title) => {
    const words = splitQuery(title.toLowerCase());
    return asked.filter((stem) => words.some((word) => word.startsWith(stem))).length;
  };
  Scorer.score = ([page, title, , , score]) => {
    const place = lists.has(page) ? -CLAIM : (Object.entries(places).find(([start]) => page.startsWith(start)) || [])[1];
    return score + WORD * holding(title) + (place || 0);
  };

  // An entry of the glossary is found by any form of its words: "seasonally adjusted" by "Seasonal adjustment".
  const explained = () => {
    const { alltitles, docnames, filenames } = Search._index;
    const entries = Object.entries(alltitles).flatMap(([title, all]) => all.map(([file, id]) => [title, file, id]));
    return entries
      .filter(([title, file, id]) => docnames[file] === "glossary" && id !== null && asked.length && holding(title) === asked.length)
      .map(([title, file, id]) => ["glossary", `Glossary > ${title}`, `#${id}`, null, ENTRY, filenames[file], "title"]);
  };

  // The last is shown first. A page's title and its first heading are one result, not two.
  const perform = Search._performSearch;
  Search._performSearch = (...query) => {
    const found = perform(...query);
    found.push(...explained().filter(([, title]) => !found.some((result) => result[1] === title)));
    found.sort((one, other) => one[4] - other[4]);
    const whole = new Set(found.filter(([, title, anchor]) => !anchor && !title.includes(" > ")).map(([page]) => page));
    const repeats = ([page, title]) => {
      const [own, part] = title.split(" > ");
      return part && whole.has(page) && own.startsWith(part);
    };
    return found.filter((result) => !repeats(result));
  };

  // Code is searched, and shown to nobody here.
  const sum = Search.makeSearchSummary;
  Search.makeSearchSummary = (html, words, anchor) => {
    const page = new DOMParser().parseFromString(html, "text/html");
    page.querySelectorAll(".owt-code, .owt-claim-bibtex").forEach((code) => code.remove());
    const shown = page.documentElement.outerHTML;
    const described = page.querySelector("meta[name='description']");
    const top = Search.htmlToText(shown, anchor).slice(0, TOP).toLowerCase();
    if (anchor || !described || ![...words].some((word) => top.includes(word.toLowerCase()))) {
      return sum(shown, words, anchor);
    }
    const summary = document.createElement("p");
    summary.classList.add("context");
    summary.textContent = described.content;
    return summary;
  };
})();
