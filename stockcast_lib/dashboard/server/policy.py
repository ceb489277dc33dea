"""What a browser may do with the dashboard's pages."""

# In the browser nothing needs eval: 'unsafe-eval' and 'unsafe-inline' are left out for scripts.
# anywidget imports its modules from blob: URLs; JupyterLab and its widgets write styles.
_DIRECTIVES = (
    "default-src 'self'",
    "script-src 'self' blob:",
    "style-src 'self' 'unsafe-inline'",
    "img-src 'self' data: blob:",
    "font-src 'self' data:",
    "connect-src 'self'",
    "object-src 'none'",
    "base-uri 'none'",
    "form-action 'none'",
)
# A `meta` tag cannot say who may embed the page: Jupyter's proxy and Hub do, from the same origin.
CONTENT_SECURITY_POLICY = "; ".join((*_DIRECTIVES, "frame-ancestors 'self'"))
# The page that asks for a token has a form, and is about one visitor at one moment.
_SIGN_IN_POLICY = CONTENT_SECURITY_POLICY.replace("form-action 'none'", "form-action 'self'")
HEADERS = {
    "Content-Security-Policy": CONTENT_SECURITY_POLICY,
    # Jupyter believes some requests by their Referer: it must come, and go to nobody else.
    "Referrer-Policy": "same-origin",
    "X-Content-Type-Options": "nosniff",
}
SIGN_IN_HEADERS = {
    **HEADERS,
    "Content-Security-Policy": _SIGN_IN_POLICY,
    "Cache-Control": "no-store",
}
