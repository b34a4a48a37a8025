"""What another site can make a person's browser do with the review page: nothing. Chromium and a real server."""

import shutil
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from threading import Thread

import pytest
from account_cases import GOOD
from page_people import served, world

from resources.review.page.security import SESSION, PageSettings

CHROMIUM = shutil.which("chromium") or shutil.which("chromium-browser")
pytestmark = [
    pytest.mark.browser,
    pytest.mark.xdist_group("browser"),
    pytest.mark.skipif(CHROMIUM is None, reason="NO BROWSER: what other sites can do is not tested."),
]
SITES = {"another site": "localhost", "the same host, another port": "127.0.0.1"}
"""To the second a browser sends the cookies of the first: for it a port makes no other site."""


@contextmanager
def foreign():
    """A site of somebody else, whose only page a test writes."""

    class Site(BaseHTTPRequestHandler):
        def do_GET(self):
            self.send_response(200)
            self.send_header("content-type", "text/html")
            self.end_headers()
            self.wfile.write(self.server.page.encode())

        def log_message(self, *_):
            pass

    with ThreadingHTTPServer(("127.0.0.1", 0), Site) as server:
        Thread(target=server.serve_forever, daemon=True).start()
        yield server
        server.shutdown()


@pytest.fixture(scope="module")
def scene(tmp_path_factory):
    """The page, the address of it, a foreign site, and a browser in which Ada has signed in."""
    from playwright.sync_api import sync_playwright

    page = world(tmp_path_factory.mktemp("page"), settings=PageSettings())
    with served(page.app) as (host, port), foreign() as site, sync_playwright() as driver:
        chromium = driver.chromium.launch(executable_path=CHROMIUM, args=["--no-sandbox", "--disable-gpu"])
        context, url = chromium.new_context(), f"http://{host}:{port}"
        tab = context.new_page()
        tab.goto(f"{url}/sign-in?next=/overview")
        tab.fill("[name=name]", "Ada")
        tab.fill("[name=password]", GOOD)
        tab.press("[name=password]", "Enter")
        tab.wait_for_url(f"{url}/overview")
        yield page, url, site, context
        chromium.close()


def visit(scene, name, text):
    """Open the foreign site's page, in a tab of the same browser."""
    _, url, site, context = scene
    site.page = text.replace("PAGE", url)
    tab = context.new_page()
    tab.goto(f"http://{SITES[name]}:{site.server_port}/")
    return tab


@pytest.mark.parametrize("name", SITES)
def test_a_form_of_another_site_changes_nothing(scene, name):
    page, url, _, _ = scene
    fields = '<input name="name" value="Ana"><input name="role" value="admin"><button>You have won</button>'
    tab = visit(scene, name, f'<body><form method="post" action="PAGE/accounts/role">{fields}</form>')
    with tab.expect_response(f"{url}/accounts/role") as answered:
        tab.click("button")
    sent = answered.value.request.all_headers().get("cookie", "")
    assert (SESSION in sent) == (name != "another site")
    assert answered.value.status == (403 if SESSION in sent else 401)
    assert page.accounts.account("Ana").role == "annotator"
    tab.close()


@pytest.mark.parametrize("name", SITES)
def test_a_script_of_another_site_reads_and_changes_nothing(scene, name):
    page, _, _, _ = scene
    tab = visit(scene, name, "<body>")
    told = tab.evaluate(
        """async (url) => Promise.all([
            ["/accounts", {}], ["/api/tasks/next", {}],
            ["/accounts/role", {method: "POST", body: new URLSearchParams("name=Ana&role=admin")}],
            ["/accounts/role", {method: "POST", headers: {"x-csrf-token": "x"}, body: "name=Ana&role=admin"}],
        ].map(([path, more]) =>
            fetch(url + path, {credentials: "include", ...more}).then((a) => a.text(), (error) => error.name)))""",
        scene[1],
    )
    assert told == ["TypeError"] * 4
    assert page.accounts.account("Ana").role == "annotator"
    tab.close()


@pytest.mark.parametrize("name", SITES)
def test_the_page_is_in_no_frame_of_another_site(scene, name):
    tab = visit(scene, name, '<body><iframe src="PAGE/overview"></iframe>')
    tab.wait_for_load_state("load")
    (frame,) = tab.main_frame.child_frames
    frame.wait_for_url("chrome-error:**")  # the browser says so a moment after the page around it has loaded
    assert "/sign-out" not in frame.content()
    tab.close()


def test_a_link_from_another_site_leads_to_the_page_and_tells_nothing_of_it(scene):
    _, url, _, _ = scene
    tab = visit(scene, "another site", '<body><a href="PAGE/overview" target="_blank" rel="opener">look</a>')
    with tab.expect_popup() as opened:
        tab.click("a")
    opened.value.wait_for_url(f"{url}/overview")  # the person is signed in there as before
    assert opened.value.evaluate("window.opener") is None
    opened.value.close()
    tab.close()


def test_no_script_of_the_page_reads_the_session(scene):
    _, url, _, context = scene
    tab = context.new_page()
    tab.goto(f"{url}/overview")
    assert tab.evaluate("document.cookie") == ""
    assert {each["name"] for each in context.cookies(url)} >= {SESSION}
    tab.close()
