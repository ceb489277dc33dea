// Starts the page's widgets in place of Voilà's own main module, which would first start a JupyterLab:
// editor, Markdown, notebooks, consoles. It takes Jupyter's libraries from where Voilà and its
// extensions share them by name, and comes before Voilà's scripts, which look here for what to do.
"use strict";

(() => {
  const WIDGET = "application/vnd.jupyter.widget-view+json";
  const OUTPUTS = 'script[type="application/vnd.voila.cell-output+json"]';
  const MANAGER = "@jupyter-widgets/jupyterlab-manager";
  const EXTENSIONS = [MANAGER, "anywidget"];
  // What the widgets' manager asks for, and needs in JupyterLab only.
  const UNUSED = [
    "console", "logconsole", "mainmenu", "notebook", "outputarea", "rendermime", "settingregistry",
    "translation",
  ].map((name) => `@jupyterlab/${name}`);
  const STAND_IN = new Proxy({}, { get: () => class {} });
  const config = () => JSON.parse(document.getElementById("jupyter-config-data").textContent);

  async function taken(scope, name) {
    const [shared] = Object.values(scope[name]);
    return (await shared.get())();
  }

  async function extension(scope, name) {
    const container = window._JUPYTERLAB[name];
    await container.init(scope);
    return (await container.get("./extension"))().default;
  }

  function connected({ KernelConnection, ServerConnection }) {
    const { kernelId: id } = config();
    return new KernelConnection({ model: { id, name: "" }, serverSettings: ServerConnection.makeSettings() });
  }

  function sayGoodbye(kernel) {
    const goodbye = new FormData();
    goodbye.append("_xsrf", document.cookie.match("\\b_xsrf=([^;]*)\\b")?.[1] ?? "");
    navigator.sendBeacon(`${config().baseUrl}voila/api/shutdown/${kernel.id}`, goodbye);
    kernel.dispose();
  }

  // Resolves once all are there to be seen, and never if their kernel is gone.
  function show({ WidgetRenderer }, { Widget }, manager) {
    const shown = [...document.querySelectorAll(OUTPUTS)].map((output) => {
      const model = JSON.parse(output.textContent);
      if (!model.data[WIDGET]) return undefined;
      const renderer = new WidgetRenderer({ mimeType: WIDGET }, manager);
      renderer.addClass("jp-OutputArea-output");
      const place = output.parentElement;
      output.remove();
      Widget.attach(renderer, place);
      return renderer.renderModel(model);
    });
    return Promise.all(shown);
  }

  async function start(require) {
    await require.I("default");
    const own = require.S.default;
    const standIn = { "4.99.0": { get: async () => () => STAND_IN, from: "stockcast", eager: true } };
    const scope = { ...own, ...Object.fromEntries(UNUSED.map((name) => [name, standIn])) };
    const kernel = taken(own, "@jupyterlab/services").then(connected);
    const [plugins, ...others] = await Promise.all(EXTENSIONS.map((name) => extension(scope, name)));
    const library = (await window._JUPYTERLAB[MANAGER].get("./index"))();
    const manager = new library.KernelWidgetManager(await kernel, null);
    for (const plugin of [...plugins, ...others].flat()) {
      if (plugin.id !== `${MANAGER}:plugin`) plugin.activate(null, { registerWidget: (each) => manager.register(each) });
    }
    window.addEventListener("beforeunload", () => sayGoodbye(manager.kernel));
    await show(library, await taken(own, "@lumino/widgets"), manager);
    window.themeLoaded = true;
    window.voila_finish();
  }

  const begin = (require) => {
    // No chunk is there yet, so all modules are those of Voilà's entry, which is to do nothing.
    for (const id of Object.keys(require.m)) require.m[id] = () => {};
    require.p = `${config().fullStaticUrl}/`;
    // The chunks that are there already are taken first.
    setTimeout(() => start(require));
  };
  self.webpackChunk_JUPYTERLAB_CORE_OUTPUT = [[["stockcast"], {}, begin]];
})();
