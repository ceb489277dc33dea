// A table whose headings sort it; rows that stay keep their elements, and so the focus.

const MARKS = { none: "↕", ascending: "↑", descending: "↓" };

function make(tag, properties = {}, ...children) {
  const made = Object.assign(document.createElement(tag), properties);
  made.append(...children);
  return made;
}

// What has no value comes last, whichever way.
function compare(a, b, kind, sign) {
  if (a === null || b === null) return (a === null) - (b === null);
  return sign * (kind === "number" ? a - b : String(a).localeCompare(String(b)));
}

function render({ model, el }) {
  const caption = make("caption");
  const head = make("tr");
  const body = make("tbody");
  const box = make("div", { className: "stockcast-table", tabIndex: 0 },
    make("table", {}, caption, make("thead", {}, head), body));
  box.setAttribute("role", "region");
  el.append(box);
  const held = new Map();
  let by = null;
  let sign = 1;

  const valueOf = (row) => (by === 0 ? row.name : (row.cells?.[by - 1]?.sort ?? null));
  const sorted = () => {
    const rows = [...model.get("rows")];
    const kind = by === null ? "" : model.get("columns")[by].kind;
    return by === null ? rows : rows.sort((a, b) => compare(valueOf(a), valueOf(b), kind, sign));
  };
  const mark = () => {
    [...head.children].forEach((heading, place) => {
      const way = place !== by ? "none" : sign > 0 ? "ascending" : "descending";
      if (way === "none") heading.removeAttribute("aria-sort");
      else heading.setAttribute("aria-sort", way);
      heading.querySelector("i").textContent = MARKS[way];
    });
  };
  const sortBy = (place) => {
    sign = by === place ? -sign : 1;
    by = place;
    mark();
    fill();
  };
  const heading = ({ words, kind }, place) => {
    const arrow = make("i");
    arrow.setAttribute("aria-hidden", "true");
    const button = make("button", { type: "button" }, words, arrow);
    button.addEventListener("click", () => sortBy(place));
    const cell = make("th", { scope: "col" }, button);
    cell.dataset.kind = kind;
    return cell;
  };
  const first = (key) => {
    const button = make("button", { type: "button" });
    button.addEventListener("click", () => model.send({ open: key }));
    const note = make("small");
    const line = make("tr", {}, make("th", { scope: "row" }, button, " ", note));
    return { line, button, note };
  };
  const cells = (row) => {
    const columns = model.get("columns");
    if (row.note === undefined) {
      return row.cells.map((cell, place) => {
        const made = make("td", { textContent: cell.text });
        made.dataset.kind = columns[place + 1].kind;
        return made;
      });
    }
    const note = make("td", { colSpan: columns.length - 1, textContent: row.note });
    note.dataset.state = row.state;
    return [note];
  };
  const line = (row) => {
    if (!held.has(row.key)) held.set(row.key, first(row.key));
    const { line: tr, button, note } = held.get(row.key);
    button.textContent = row.name;
    button.setAttribute("aria-label", `${model.get("verb")} ${row.name}`);
    // Nothing happens when it is pressed, but who stands on it is not thrown off.
    button.setAttribute("aria-disabled", String(Boolean(row.current)));
    note.textContent = row.current ?? "";
    while (tr.children.length > 1) tr.lastChild.remove();
    tr.append(...cells(row));
    return tr;
  };
  const fill = () => {
    const rows = sorted();
    const keys = new Set(rows.map((row) => row.key));
    for (const key of [...held.keys()]) if (!keys.has(key)) held.delete(key);
    rows.map(line).forEach((tr, place) => {
      if (body.children[place] !== tr) body.insertBefore(tr, body.children[place] ?? null);
    });
    while (body.children.length > rows.length) body.lastChild.remove();
  };
  const draw = () => {
    by = null;
    caption.textContent = model.get("caption");
    box.setAttribute("aria-label", model.get("caption"));
    head.replaceChildren(...model.get("columns").map(heading));
    mark();
    fill();
  };

  draw();
  model.on("change:columns", draw);
  model.on("change:rows change:verb", fill);
  model.on("change:caption", () => {
    caption.textContent = model.get("caption");
    box.setAttribute("aria-label", model.get("caption"));
  });
  return () => model.off(null, null, null);
}

export default { render };
