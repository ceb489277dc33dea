// Code with a button that copies it.

const SAID_FOR = 2500;

async function copy(code) {
  try {
    await navigator.clipboard.writeText(code.textContent);
    return true;
  } catch {
    // Over plain HTTP from elsewhere there is no clipboard: the old way selects and copies.
    const range = document.createRange();
    range.selectNodeContents(code);
    const selection = getSelection();
    selection.removeAllRanges();
    selection.addRange(range);
    return document.execCommand("copy");
  }
}

function render({ model, el }) {
  const list = Object.assign(document.createElement("div"), { className: "stockcast-snippets" });
  const said = Object.assign(document.createElement("p"), { className: "stockcast-unseen" });
  said.setAttribute("role", "status");
  el.append(list, said);

  const snippet = ([name, text]) => {
    const box = Object.assign(document.createElement("figure"), { className: "stockcast-snippet" });
    const caption = Object.assign(document.createElement("figcaption"), { textContent: name });
    const button = Object.assign(document.createElement("button"), { type: "button", textContent: "Copy" });
    button.setAttribute("aria-label", `Copy: ${name}`);
    const pre = document.createElement("pre");
    const code = Object.assign(document.createElement("code"), { textContent: text });
    pre.append(code);
    caption.append(button);
    button.addEventListener("click", async () => {
      const done = await copy(code);
      button.textContent = done ? "Copied" : "Selected";
      said.textContent = done ? `Copied: ${name}` : `${name} is selected: copy it with your keyboard.`;
      setTimeout(() => {
        button.textContent = "Copy";
        said.textContent = "";
      }, SAID_FOR);
    });
    box.append(caption, pre);
    return box;
  };
  const draw = () => list.replaceChildren(...model.get("snippets").map(snippet));

  draw();
  model.on("change:snippets", draw);
  return () => model.off(null, null, null);
}

export default { render };
