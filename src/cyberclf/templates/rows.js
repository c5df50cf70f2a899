"use strict";
(() => {
  const byId = (id) => document.getElementById(id);
  const table = byId("rows");
  const form = byId("controls");
  const bodies = [...table.tBodies];
  const plain = (text) => text.normalize("NFD").replace(/\p{Mn}/gu, "").replace(/[’ʼ]/g, "'").toLowerCase();
  // Not the names of themes before what is marked.
  const own = (node) => node.nodeName === "B" ? "" : node.data ?? [...node.childNodes].map(own).join("");
  const rows = bodies.map((body) => ({
    body,
    n: Number(body.dataset.n),
    t: body.querySelector("th").firstChild?.data ?? "",
    s: body.dataset.s,
    review: "r" in body.dataset,
    given: body.dataset.g.split(" ").filter(Boolean),
    p: body.dataset.p.split(" ").filter(Boolean).map(Number),
    words: null,
  }));
  const compare = new Intl.Collator("fr", { numeric: true }).compare;
  let turned = false;

  const sort = () => {
    const key = byId("sort").value;
    const order = {
      n: (a, b) => a.n - b.n,
      t: (a, b) => compare(a.t, b.t),
      s: (a, b) => compare(a.s, b.s),
    }[key] ?? ((a, b) => b.p[key.slice(1)] - a.p[key.slice(1)]);
    const sign = turned ? -1 : 1;
    // Those without probabilities are last, whichever way.
    const last = (a, b) => key.startsWith("p") ? !a.p.length - !b.p.length : 0;
    rows.sort((a, b) => last(a, b) || sign * order(a, b) || a.n - b.n);
    table.append(...rows.map((row) => row.body));
    const falling = key.startsWith("p") !== turned;
    for (const cell of table.querySelectorAll("th[data-sort]")) {
      if (cell.dataset.sort === key) cell.setAttribute("aria-sort", falling ? "descending" : "ascending");
      else cell.removeAttribute("aria-sort");
    }
    byId("turn").setAttribute("aria-pressed", String(turned));
  };

  const filter = () => {
    const theme = byId("theme").value;
    const status = byId("status").value;
    const wanted = plain(byId("search").value).split(/\s+/).filter(Boolean);
    let seen = 0;
    for (const row of rows) {
      let keep = (!status || (status === "review" ? row.review : row.s === status)) &&
        (!theme || (theme === "none" ? row.s === "ok" && !row.given.length : row.given.includes(theme)));
      if (keep && wanted.length) {
        row.words ??= plain([...row.body.querySelector("th").childNodes, ...row.body.querySelectorAll(".text, .bad")]
          .map(own).join(" "));
        keep = wanted.every((word) => row.words.includes(word));
      }
      row.body.hidden = !keep;
      seen += keep;
    }
    name(shown().some((details) => !details.open));
    byId("count").textContent = `%(before)s${seen.toLocaleString("%(language)s")}%(of)s${rows.length.toLocaleString("%(language)s")}%(after)s`;
  };

  for (const cell of table.querySelectorAll("th[data-sort]")) {
    const button = document.createElement("button");
    button.type = "button";
    button.append(...cell.childNodes);
    cell.append(button);
    button.addEventListener("click", () => {
      turned = byId("sort").value === cell.dataset.sort && !turned;
      byId("sort").value = cell.dataset.sort;
      sort();
    });
  }
  table.addEventListener("click", (event) => {
    const line = event.target.closest("tbody tr:first-child");
    const details = line?.parentElement.querySelector("details");
    if (details && !event.target.closest("a") && !String(getSelection())) details.open = !details.open;
  });
  byId("sort").addEventListener("change", () => { turned = false; sort(); });
  byId("turn").addEventListener("click", () => { turned = !turned; sort(); });
  const shown = () =>
    rows.filter((row) => !row.body.hidden).map((row) => row.body.querySelector("details")).filter(Boolean);
  const name = (open) => { byId("open").textContent = open ? "%(open)s" : "%(close)s"; };
  byId("open").addEventListener("click", () => {
    const all = shown();
    const open = all.some((details) => !details.open);
    for (const details of all) details.open = open;
    name(!open);
  });
  let due = 0;
  table.addEventListener("toggle", () => {
    cancelAnimationFrame(due);
    due = requestAnimationFrame(() => name(shown().some((details) => !details.open)));
  }, true);
  for (const id of ["theme", "status"]) byId(id).addEventListener("change", filter);
  let timer = 0;
  byId("search").addEventListener("input", () => { clearTimeout(timer); timer = setTimeout(filter, 120); });
  form.addEventListener("submit", (event) => event.preventDefault());
  form.addEventListener("reset", () => setTimeout(() => { turned = false; sort(); filter(); }));
  form.hidden = false;
  table.classList.add("ready");
  filter();
  addEventListener("pageshow", () => { sort(); filter(); });
})();
