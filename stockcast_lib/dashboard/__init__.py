"""The dashboard: `model` without widgets, `view` without logic, `page` for the notebook."""
