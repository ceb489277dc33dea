"""The fields of the studies' settings: one of each, shown where the chosen study has it."""

from typing import Any

import ipywidgets as widgets

from stockcast_lib.dashboard.model.studies import SETTINGS, STUDIES, Setting, StudiesModel
from stockcast_lib.dashboard.view.boxes import row, show


class SettingsView:
    """The widgets of the settings.

    Attributes:
        fields: by the setting's name.
        box: all of them, gone where a study has none.
    """

    def __init__(self, model: StudiesModel) -> None:
        self._model = model
        self.fields = {name: _field(setting) for name, setting in SETTINGS.items()}
        self.box = row("fields", *self.fields.values())
        self.box.add_class("stockcast-settings")
        for name, field in self.fields.items():
            field.add_class(f"stockcast-{SETTINGS[name].kind}")
            field.observe(lambda change, name=name: model.set(name, change.new), "value")
        self._uploads = {
            name: self._upload(name, field)
            for name, field in self.fields.items()
            if SETTINGS[name].kind == "series"
        }
        self.box.children += tuple(self._uploads.values())
        model.observe(self._fill, "values")
        model.observe(self._choose, "study")
        self._fill(None)
        self._choose(None)

    def _fill(self, _change: Any) -> None:
        for name, value in self._model.values.items():
            self.fields[name].value = value

    def _choose(self, _change: Any) -> None:
        study = STUDIES.get(self._model.study)
        names = study.settings if study else ()
        for name, field in self.fields.items():
            show(field, shown=name in names)
        for place, name in enumerate(names):
            self.fields[name].layout.order = str(place)
        for name, upload in self._uploads.items():
            show(upload, shown=name in names)
            upload.layout.order = str(len(names))

    def _upload(self, name: str, field: widgets.DOMWidget) -> widgets.FileUpload:
        upload = widgets.FileUpload(
            accept=".csv,text/csv", description=f"{SETTINGS[name].label} from a file"
        )

        def take(change: Any) -> None:
            for file in change.new[-1:]:
                field.value = bytes(file["content"]).decode("utf-8-sig", errors="replace")

        upload.observe(take, "value")
        return upload


def _field(setting: Setting) -> widgets.DOMWidget:
    told = {"description": setting.label, "tooltip": setting.hint}
    match setting.kind:
        case "number":
            return widgets.FloatText(**told, step=setting.step)
        case "whole":
            return widgets.IntText(**told)
        case "day":
            return widgets.DatePicker(**told)
        case "flag":
            return widgets.Checkbox(**told, indent=False)
        case "one":
            options = [(words, name) for name, words in setting.options.items()]
            return widgets.Dropdown(**told, options=options)
        case "series" | "scales":
            kind = widgets.Textarea if setting.kind == "series" else widgets.Text
            hint = "date,value\n2016-01-31,12" if setting.kind == "series" else ""
            return kind(**told, placeholder=hint, continuous_update=False)
