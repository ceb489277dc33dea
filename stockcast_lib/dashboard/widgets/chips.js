// A row of buttons; a chip that stays keeps its element, and so the focus.

function render({ model, el }) {
  const row = document.createElement("div");
  row.className = "stockcast-chips";
  row.setAttribute("role", "group");
  el.append(row);
  const held = new Map();

  const button = (className, event, key) => {
    const made = Object.assign(document.createElement("button"), { type: "button", className });
    made.addEventListener("click", () => model.send({ [event]: key }));
    return made;
  };
  const make = (key) => {
    const chip = Object.assign(document.createElement("span"), { className: "stockcast-chip" });
    const choose = button("stockcast-chip-choose", "choose", key);
    const remove = button("stockcast-chip-remove", "remove", key);
    remove.textContent = "×";
    const [words, note] = [document.createElement("b"), document.createElement("small")];
    choose.append(words, note);
    chip.append(choose, remove);
    return { chip, choose, remove, words, note };
  };
  const draw = () => {
    const chips = model.get("chips");
    el.hidden = chips.length === 0;
    row.setAttribute("aria-label", model.get("label"));
    const keys = new Set(chips.map((each) => each.key));
    for (const key of [...held.keys()]) if (!keys.has(key)) held.delete(key);
    const elements = chips.map((each) => {
      if (!held.has(each.key)) held.set(each.key, make(each.key));
      const { chip, choose, remove, words, note } = held.get(each.key);
      chip.dataset.state = each.state ?? "";
      words.textContent = each.words;
      note.textContent = each.note ?? "";
      if (each.pressed === undefined) choose.removeAttribute("aria-pressed");
      else choose.setAttribute("aria-pressed", String(each.pressed));
      remove.hidden = !each.remove;
      remove.setAttribute("aria-label", each.remove ?? "");
      return chip;
    });
    // Only what has changed its place is moved: a moved element would lose the focus.
    elements.forEach((chip, place) => {
      if (row.children[place] !== chip) row.insertBefore(chip, row.children[place] ?? null);
    });
    while (row.children.length > elements.length) row.lastChild.remove();
  };

  draw();
  model.on("change:chips change:label", draw);
  return () => model.off(null, null, null);
}

export default { render };
