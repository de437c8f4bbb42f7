"use strict";
// Nothing here asks another server for anything, and every page can be read without it.

// A widget: the lists choose one of the views that the page holds.
for (const widget of document.querySelectorAll(".live")) {
  const lists = [...widget.querySelectorAll("select")];
  const view = widget.querySelector(".live-view");
  const rows = widget.querySelector(".live-rows").content.children;
  const draw = () => {
    const state = lists.map(list => list.selectedIndex).join(" ");
    const folded = view.querySelector("details")?.open;
    view.replaceChildren(widget.querySelector(`template[data-state="${state}"]`).content.cloneNode(true));
    for (const row of view.querySelectorAll("tr[data-row]")) row.replaceWith(rows[row.dataset.row].cloneNode(true));
    if (folded) view.querySelectorAll("details").forEach(part => { part.open = true; });
  };
  for (const list of lists) {
    list.addEventListener("change", () => {
      draw();
      widget.querySelector(".live-status").textContent = "Shown: " + lists.map(other =>
        `${other.labels[0].textContent} ${other.value}`).join(", ");
    });
  }
  draw();
  widget.hidden = false;
}

// The table of claims: a button in each heading sorts, the fields above filter.
const claims = document.querySelector("table.claims");
if (claims) {
  const body = claims.tBodies[0];
  const rows = [...body.rows];
  const filters = document.querySelector(".filters");
  const words = filters.querySelector("input");
  const filter = () => {
    const wanted = words.value.trim().toLowerCase();
    for (const row of rows) {
      row.hidden = !row.textContent.toLowerCase().includes(wanted)
        || [...filters.querySelectorAll("select")].some(list => list.value && row.cells[list.dataset.column].textContent !== list.value);
    }
    filters.querySelector("[role=status]").textContent = `${rows.filter(row => !row.hidden).length} of ${rows.length} claims`;
  };
  filters.addEventListener("input", filter);
  filter();
  filters.hidden = false;

  for (const head of claims.tHead.rows[0].cells) {
    const button = document.createElement("button");
    button.type = "button";
    button.append(...head.childNodes);
    head.append(button);
    button.addEventListener("click", () => {
      const down = head.getAttribute("aria-sort") === "ascending";
      for (const other of claims.tHead.rows[0].cells) other.removeAttribute("aria-sort");
      head.setAttribute("aria-sort", down ? "descending" : "ascending");
      const text = row => row.cells[head.cellIndex].textContent;
      rows.sort((one, other) => (down ? -1 : 1) * text(one).localeCompare(text(other), "en", { numeric: true }));
      body.append(...rows);
    });
  }
}

// A printed page shows what is folded on the screen; afterwards it is folded again.
const opened = [];
addEventListener("beforeprint", () => {
  for (const part of document.querySelectorAll("details:not([open])")) {
    part.open = true;
    opened.push(part);
  }
});
addEventListener("afterprint", () => opened.splice(0).forEach(part => { part.open = false; }));
