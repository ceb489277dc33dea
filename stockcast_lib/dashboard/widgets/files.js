// Buttons; what they save comes as a buffer when it is asked for.

function save(name, media, buffer) {
  const url = URL.createObjectURL(new Blob([buffer], { type: media }));
  const link = Object.assign(document.createElement("a"), { href: url, download: name });
  document.body.append(link);
  link.click();
  link.remove();
  // The browser may not have begun to read it yet.
  setTimeout(() => URL.revokeObjectURL(url), 60000);
}

function render({ model, el }) {
  const row = Object.assign(document.createElement("div"), { className: "stockcast-files" });
  row.setAttribute("role", "group");
  const said = Object.assign(document.createElement("p"), { className: "stockcast-said" });
  said.setAttribute("role", "status");
  const refused = Object.assign(document.createElement("p"), { className: "stockcast-error", hidden: true });
  refused.setAttribute("role", "alert");
  el.append(row, said, refused);
  const buttons = new Map();

  const busy = (key, is) => {
    buttons.get(key)?.setAttribute("aria-busy", String(is));
  };
  const draw = () => {
    buttons.clear();
    row.setAttribute("aria-label", model.get("label"));
    row.replaceChildren(...model.get("files").map(([key, words]) => {
      const button = Object.assign(document.createElement("button"), { type: "button", textContent: words });
      button.addEventListener("click", () => {
        if (button.getAttribute("aria-busy") === "true") return;
        busy(key, true);
        refused.hidden = true;
        said.textContent = `Making “${words}”…`;
        model.send({ want: key });
      });
      buttons.set(key, button);
      return button;
    }));
  };
  const take = (content, buffers) => {
    if (content.file) {
      busy(content.file, false);
      save(content.name, content.media, buffers[0]);
      said.textContent = `Saved ${content.name}`;
    } else if (content.refused) {
      busy(content.refused, false);
      said.textContent = "";
      refused.textContent = content.why;
      refused.hidden = false;
    }
  };

  draw();
  model.on("change:files change:label", draw);
  model.on("msg:custom", take);
  return () => model.off(null, null, null);
}

export default { render };
