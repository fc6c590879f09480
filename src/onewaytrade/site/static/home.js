/* Filter and sort the scoreboard of the front page, which is whole and in order without this script.

The state lies in the address (?verdict=…&topic=…&words=…&order=…&turned=1), so that a filtered view can be linked. */
(() => {
  "use strict";

  const board = document.querySelector(".owt-board");
  // Of a single claim there is nothing to sort.
  const form = board?.querySelector("form");
  if (!form) return;
  const table = board.querySelector("table");
  const shown = form.querySelector('[role="status"]');
  const bodies = [...table.tBodies];
  const rows = [...table.querySelectorAll("tr[data-place]")];
  const homes = new Map(rows.map((row) => [row, row.parentElement]));
  const texts = new Map(rows.map((row) => [row, row.textContent.toLowerCase()]));
  const heads = [...table.querySelectorAll("th[data-order]")];
  const flat = table.createTBody();
  flat.setAttribute("role", "rowgroup");

  // The counts are links without this script, and become switches of a filter with it.
  const switches = [...document.querySelectorAll("a.owt-count")].map((link) => {
    const button = document.createElement("button");
    button.type = "button";
    button.className = link.className;
    button.dataset.verdict = link.dataset.verdict;
    button.append(...link.childNodes);
    link.replaceWith(button);
    return button;
  });
  const words = switches.map((button) => button.dataset.verdict);

  const place = (row) => Number(row.dataset.place);
  const rank = (row) => words.indexOf(row.dataset.verdict);
  const far = (row) => (row.dataset.distance === "" ? -1 : Number(row.dataset.distance));
  const orders = { article: place, verdict: rank, distance: (row) => -far(row) };
  const start = () => ({ verdicts: new Set(), topic: "", words: "", order: "finding", turned: false });
  let state = start();

  for (const head of heads) {
    const name = head.querySelector("span");
    const button = document.createElement("button");
    button.type = "button";
    button.className = "owt-sort";
    button.textContent = name.textContent;
    name.replaceWith(button);
    button.addEventListener("click", () => {
      const again = state.order === head.dataset.order;
      state.turned = again && !state.turned;
      state.order = head.dataset.order;
      change();
    });
  }

  const read = () => {
    const asked = new URLSearchParams(location.search);
    state = start();
    for (const word of asked.getAll("verdict")) if (words.includes(word)) state.verdicts.add(word);
    const topics = [...form.elements.topic.options].map((option) => option.value);
    if (topics.includes(asked.get("topic"))) state.topic = asked.get("topic");
    state.words = asked.get("words") ?? "";
    if (asked.get("order") in orders) state.order = asked.get("order");
    state.turned = state.order !== "finding" && asked.get("turned") === "1";
  };

  const write = () => {
    const told = new URLSearchParams();
    for (const word of state.verdicts) told.append("verdict", word);
    for (const name of ["topic", "words"]) if (state[name]) told.set(name, state[name]);
    if (state.order !== "finding") told.set("order", state.order);
    if (state.turned) told.set("turned", "1");
    const query = told.toString();
    try {
      history.replaceState(null, "", `${location.pathname}${query ? `?${query}` : ""}${location.hash}`);
    } catch {
      // A page opened as a file may not change its address; the table works all the same.
    }
  };

  const fits = (row) =>
    (!state.verdicts.size || state.verdicts.has(row.dataset.verdict)) &&
    (!state.topic || row.dataset.topic === state.topic) &&
    state.words.toLowerCase().split(/\s+/).every((word) => texts.get(row).includes(word));

  const show = () => {
    for (const button of switches) button.setAttribute("aria-pressed", String(state.verdicts.has(button.dataset.verdict)));
    if (form.elements.words.value !== state.words) form.elements.words.value = state.words;
    form.elements.topic.value = state.topic;
    form.elements.order.value = state.order;

    const key = orders[state.order];
    // Rows without a distance stay last, whichever way the others stand.
    const sign = (row) => (state.turned && !(state.order === "distance" && far(row) < 0) ? -1 : 1);
    const sorted = [...rows];
    if (key) sorted.sort((a, b) => (sign(a) === sign(b) ? sign(a) * (key(a) - key(b)) : sign(b) < 0 ? 1 : -1) || place(a) - place(b));
    for (const row of sorted) (key ? flat : homes.get(row)).append(row);
    for (const row of rows) row.hidden = !fits(row);
    flat.hidden = !key;
    for (const body of bodies) {
      const [heading, ...members] = body.rows;
      const left = members.filter((row) => !row.hidden).length;
      body.hidden = key || !left;
      heading.querySelector("span").textContent = left === members.length ? `(${left})` : `(${left} of ${members.length})`;
    }
    for (const head of heads) {
      head.removeAttribute("aria-sort");
      if (head.dataset.order !== state.order) continue;
      const falls = (state.order === "distance") !== state.turned;
      head.setAttribute("aria-sort", falls ? "descending" : "ascending");
    }
    const left = rows.filter((row) => !row.hidden).length;
    shown.textContent = `${left} of ${rows.length} claims shown`;
  };

  const change = () => {
    show();
    write();
  };

  for (const button of switches) {
    button.addEventListener("click", () => {
      const word = button.dataset.verdict;
      if (!state.verdicts.delete(word)) state.verdicts.add(word);
      change();
    });
  }
  form.addEventListener("input", () => {
    const order = form.elements.order.value;
    if (order !== state.order) state.turned = false;
    Object.assign(state, { words: form.elements.words.value, topic: form.elements.topic.value, order });
    change();
  });
  form.addEventListener("reset", (event) => {
    event.preventDefault();
    state = start();
    change();
  });
  form.addEventListener("submit", (event) => event.preventDefault());
  window.addEventListener("popstate", () => {
    read();
    show();
  });

  form.hidden = false;
  read();
  show();
})();
