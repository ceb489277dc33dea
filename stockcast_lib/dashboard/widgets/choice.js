// Native radio buttons: arrow keys, focus and names come with them.

let count = 0;

function render({ model, el }) {
  const group = document.createElement("fieldset");
  const legend = document.createElement("legend");
  const name = `stockcast-choice-${(count += 1)}-${Math.random().toString(36).slice(2)}`;
  el.append(group);

  const draw = () => {
    group.className = `stockcast-choice stockcast-choice-${model.get("look")}`;
    legend.textContent = model.get("label");
    group.replaceChildren(legend, ...model.get("options").map(([value, words]) => option(value, words)));
    mark();
  };
  const option = (value, words) => {
    const label = document.createElement("label");
    const input = document.createElement("input");
    Object.assign(input, { type: "radio", name, value });
    input.addEventListener("change", () => {
      model.set("value", value);
      model.save_changes();
    });
    const text = document.createElement("span");
    text.textContent = words;
    label.append(input, text);
    return label;
  };
  const mark = () => {
    for (const input of group.querySelectorAll("input")) {
      input.checked = input.value === model.get("value");
    }
  };

  draw();
  model.on("change:options change:label change:look", draw);
  model.on("change:value", mark);
  return () => model.off(null, null, null);
}

export default { render };
