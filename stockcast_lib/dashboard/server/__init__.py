"""The dashboard's web server: Voilà with a limit on its visitors. Run it with `python -m`."""
