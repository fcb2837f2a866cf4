"""The web page in a real browser: the list, what is in its address, one log, keyboard, who may not, hostile text."""

import re
import uuid
from pathlib import Path

import pytest

from . import browser, grid
from .pilot import pilot_line
from .stack import world
from .waiting import until

ALPHA, BETA = world.ALPHA.name, world.BETA.name


@pytest.fixture(scope="module")
def chromium():
    with browser.chromium() as found:
        yield found


@pytest.fixture(scope="module", autouse=True)
def log_before(stack):
    """The length of the server's log when the tests of the page began: others break connections on purpose."""
    return stack.log("tornado").stat().st_size


@pytest.fixture
def opal(chromium, stack):
    """An operator's browser, which must not complain of anything."""
    with browser.visitor(chromium, stack, "opal") as visitor:
        yield visitor
        assert visitor.problems == []


def story(connect, lines=40, end="0", user="pila"):
    """A log of a pilot with two commands and, unless it ends well, an error."""
    stamp, pilot = uuid.uuid4().hex, connect(user)
    text = pilot_line("Command CheckWorkerNode instantiated from pilotCommands")
    text += "".join(pilot_line(f"step {number}") for number in range(lines))
    text += pilot_line("Command InstallDIRAC instantiated from pilotCommands", command="InstallDIRAC")
    text += "".join(pilot_line(f"more {number}", command="InstallDIRAC") for number in range(lines))
    if end not in (None, "0"):
        text += pilot_line("no space left on device", "ERROR", "InstallDIRAC")
    assert pilot.send(text, stamp)["OK"]
    if end is not None:
        assert pilot.finalise(stamp, end)["OK"]
    return stamp, text


def cards(page):
    return page.eval_on_selector_all(".card .stamp", "all => all.map(one => one.textContent)")


def has_cards(page, *stamps):
    until(lambda: set(cards(page)) >= set(stamps), seen=lambda: cards(page))


def test_list_shows_logs_with_states_and_counts(opal, connect):
    (running, _), (failed, _) = story(connect, end=None), story(connect, end="3")
    page = opal.open()
    has_cards(page, running, failed)
    card = page.locator(".card", has_text=failed)
    assert "return code 3" in card.inner_text() and ALPHA in card.inner_text()
    assert int(re.sub(r"\D", "", page.locator(".state.is-receiving .number").inner_text())) >= 1


def test_filters_are_in_the_address_and_come_back_from_it(opal, connect, stack):
    (one, _), (other, _) = story(connect, end="7"), story(connect, end="0")
    page = opal.open()
    page.fill("input[name=ReturnCode]", "7, 8")
    page.press("input[name=ReturnCode]", "Enter")
    until(lambda: one in cards(page) and other not in cards(page))
    page.click(".state.is-complete")
    until(
        lambda: "State=Complete" in page.url and "ReturnCode=7" in page.url and "ReturnCode=8" in page.url,
        seen=lambda: page.url,
    )
    again = opal.open(page.url.split("/pilotlogs/")[1])
    assert again.input_value("input[name=ReturnCode]") == "7, 8"
    assert again.get_attribute(".state.is-complete", "aria-pressed") == "true"
    until(lambda: one in cards(again) and other not in cards(again))


def test_the_way_back_from_a_log_leads_to_the_list_as_it_was(opal, connect):
    stamp, _ = story(connect, end="9")
    page = opal.open("?ReturnCode=9&since=6h")
    has_cards(page, stamp)
    for leave in (lambda: page.click(".back"), lambda: page.keyboard.press("u")):
        page.click(f".card:has-text('{stamp}')")
        page.wait_for_selector(".row:not(.is-away)")
        leave()
        has_cards(page, stamp)
        assert page.url.endswith("?ReturnCode=9&since=6h")


def test_a_list_that_can_t_be_refreshed_stays_and_says_so(opal, connect):
    stamp, _ = story(connect)
    page = opal.open(f"?PilotStamp={stamp}")
    has_cards(page, stamp)
    page.route("**/api/logs*", lambda route: route.fulfill(status=503, json={"error": "The database is away"}))
    page.wait_for_selector(".note.is-bad:has-text('Not refreshed')", timeout=60_000)
    assert cards(page) == [stamp]
    page.unroute("**/api/logs*")
    page.wait_for_selector(".note:not(.is-bad)", timeout=60_000)
    assert {text[:24] for text in opal.problems} == {"Failed to load resource:"}
    opal.problems.clear()


def test_every_filter_selects(opal, connect, stack):
    stamp, _ = story(connect, end=None)
    other, _ = story(connect, end="0")
    facts = (
        "State='Incomplete', Site='TEST.Far.zz', CE='ce.far.example', LastError='no proxy for_this 100%%', Attempts=2"
    )
    stack.sql("PilotLoggingDB", f"UPDATE PilotLogs SET {facts}, MissingBytes=7 WHERE PilotStamp=%s", (stamp,))
    queries = ("Site=TEST.Far.zz", "CE=ce.far.example", "LastError=FOR_THIS+100%25", "Incomplete=true",
               "State=Incomplete", "Missing=true",
               f"PilotStamp={stamp}", f"VO={ALPHA}&Incomplete=true")  # fmt: skip
    for query in queries:
        page = opal.open(f"?{query}")
        has_cards(page, stamp)
        assert other not in cards(page), query
        page.close()
    page = opal.open("?since=from&FromDate=2001-01-01T00:00&ToDate=2001-01-02T00:00")
    page.wait_for_selector("text=No logs match")
    assert "archiving failed 2 times" in opal.open(f"?PilotStamp={stamp}").locator(".card").inner_text()


def test_logs_of_dead_pilots_are_found_by_a_tick(opal, connect, stack):
    killed, runs = grid.add_pilot(stack, status="Aborted"), grid.add_pilot(stack)
    for pilot in (killed, runs):
        connect(world.ALPHA.pilot).send("one\n", pilot.stamp)
    page = opal.open()
    has_cards(page, killed.stamp, runs.stamp)
    page.check("input[name=Dead]")
    until(lambda: killed.stamp in cards(page) and runs.stamp not in cards(page), seen=lambda: cards(page))
    assert "Dead=true" in page.url


def test_the_filters_fit_into_one_row_of_a_small_screen(opal):
    page = opal.open()
    assert page.viewport_size["width"] == 1280
    bottoms = "form => [...form.children].filter(e => !e.hidden).map(e => e.getBoundingClientRect().bottom)"
    assert len(set(page.locator(".filters").evaluate(bottoms))) == 1


def test_list_is_paged(opal, connect):
    pilot = connect("pila")
    for _ in range(55):
        stamp = uuid.uuid4().hex
        pilot.send("text\n", stamp)
        pilot.finalise(stamp, "55")
    page = opal.open("?ReturnCode=55")
    until(lambda: len(cards(page)) == 50)
    first = set(cards(page))
    page.click("text=Older")
    until(lambda: len(cards(page)) == 5)
    until(lambda: "page=2" in page.url, seen=lambda: page.url)
    assert not first & set(cards(page))


def test_log_says_how_it_stands_where_it_is_and_why(opal, connect, stack):
    stamp, _ = story(connect, end="1")
    page = opal.open_log((ALPHA, stamp))
    browser.says(page, ".of-log", "Failed (code 1)", "from the database", "with return code 1")
    silent, _ = story(connect, end=None)
    stack.sql("PilotLoggingDB", "UPDATE PilotLogs SET State='Incomplete' WHERE PilotStamp=%s", (silent,))
    browser.says(opal.open_log((ALPHA, silent)), ".of-log", "Unknown", "never reported its end")


def test_pilot_s_line_behind_a_progress_bar_is_seen_and_of_the_bar_the_last_state(opal, connect):
    stamp, error = uuid.uuid4().hex, "2026-11-21T08:10:11.123456Z ERROR [InstallDIRAC] It failed"
    bar = "".join(f"{number} of 2000\r" for number in range(2000))
    connect("pila").send(f"first\r\n{bar}50%{error}\nlast\n", stamp)
    page = opal.open_log((ALPHA, stamp))
    found = browser.lines(page, lambda found: 3 in found)
    assert (found[1], found[3]) == ("first", "last")
    assert "50%" in found[2] and error in found[2] and "1999 of 2000" not in found[2]
    browser.says(page, ".errors", "1 error")
    page.click(".earlier")
    assert "1999 of 2000" in browser.lines(page, lambda found: "1999 of 2000" in found[2])[2]


def test_lines_are_the_log_s_own(opal, connect):
    stamp, text = story(connect, lines=500)
    page = opal.open_log((ALPHA, stamp), "#L700")
    page.wait_for_selector(".row.is-chosen:not(.is-away)")
    seen, lines = browser.lines(page, lambda found: 700 in found), text.split("\n")
    assert len(seen) < 60
    assert all(seen[number] == lines[number - 1] for number in seen)


def test_line_links_lead_to_lines_and_name_them(opal, connect):
    stamp, _ = story(connect, lines=300)
    page = opal.open_log((ALPHA, stamp))
    page.click("[data-line='5'] .number")
    until(lambda: page.url.endswith("#L5"), seen=lambda: page.url)
    page.click("[data-line='9'] .number", modifiers=["Shift"])
    until(lambda: page.url.endswith("#L5-L9"), seen=lambda: page.url)
    again = opal.open_log((ALPHA, stamp), "#L5-L9")
    until(lambda: again.locator(".row.is-chosen").count() == 5, seen=lambda: browser.rows(again))


def test_commands_lead_to_where_they_begin_and_errors_are_found(opal, connect):
    stamp, text = story(connect, lines=300, end="1")
    page = opal.open_log((ALPHA, stamp))
    page.wait_for_selector("text=1 error")
    phases = page.locator(".phases .command").all_inner_texts
    until(lambda: phases() == ["CheckWorkerNode", "InstallDIRAC"], seen=phases)
    page.click(".phases li:nth-child(2) a")
    page.wait_for_selector("[data-line='302'].is-chosen")
    page.click(".errors")
    page.wait_for_selector(".row.is-error.is-chosen:has-text('no space left')")
    until(lambda: page.url.endswith(f"#L{text.count(chr(10))}"), seen=lambda: page.url)


def test_text_is_found_in_the_whole_log(opal, connect):
    stamp, _ = story(connect, lines=1000)
    page = opal.open_log((ALPHA, stamp))
    page.fill(".find input", "more 77")
    page.press(".find input", "Enter")
    page.wait_for_selector(".hits:has-text('of 11')")  # 77 and 770 to 779
    page.wait_for_selector(".row.is-chosen mark:has-text('more 77')")
    page.press(".find input", "Enter")
    page.wait_for_selector(".hits:has-text('2 of 11')")
    page.fill(".find input", "not there")
    page.press(".find input", "Enter")
    page.wait_for_selector(".hits:has-text('none')")


def test_all_goes_by_keyboard(opal, connect):
    stamp, text = story(connect, lines=400, end="1")
    last = text.count("\n")
    page = opal.open(f"?PilotStamp={stamp}")
    has_cards(page, stamp)
    page.keyboard.press("j")
    page.keyboard.press("Enter")
    page.wait_for_selector(".row:not(.is-away)")
    page.wait_for_selector("text=1 error")
    page.keyboard.press("G")
    page.wait_for_selector(f"[data-line='{last}']:not(.is-away)")
    page.keyboard.press("g")
    page.wait_for_selector("[data-line='1']")
    page.keyboard.press("j")
    until(lambda: min(browser.rows(page)) == 2, seen=lambda: browser.rows(page))
    page.keyboard.press("PageDown")
    until(lambda: min(browser.rows(page)) > 20, seen=lambda: browser.rows(page))
    page.keyboard.press("e")
    page.wait_for_selector(f"[data-line='{last}'].is-chosen")
    page.keyboard.press("[")
    page.wait_for_selector("[data-line='402'].is-chosen")
    page.keyboard.press("/")
    page.keyboard.type("step 399")
    page.keyboard.press("Enter")
    page.wait_for_selector("[data-line='401'].is-chosen")
    page.keyboard.press("Escape")
    page.keyboard.press("t")
    page.wait_for_selector(".row .delta:has-text('+')")
    page.keyboard.press("w")
    page.wait_for_selector(".viewport.wraps")
    page.keyboard.press("?")
    page.wait_for_selector("dialog[open] dt:has-text('g / G')")
    assert "[object" not in page.text_content("dialog")
    page.keyboard.press("Escape")
    page.keyboard.press("u")
    page.wait_for_selector(".card")


def test_download_is_the_whole_log(opal, connect):
    stamp, text = story(connect, lines=3000)
    page = opal.open_log((ALPHA, stamp))
    with page.expect_download() as download:
        page.click("text=Download")
    assert download.value.suggested_filename == f"{stamp}.log"
    assert Path(download.value.path()).read_bytes().decode() == text


def test_who_may_not_read_sees_nothing_and_learns_nothing(chromium, stack, connect):
    stamp, _ = story(connect)
    with browser.visitor(chromium, stack, "opbert") as visitor:
        assert stamp not in cards(visitor.open())
        answers = []
        for name in (stamp, uuid.uuid4().hex):
            page = visitor.open(f"log/{ALPHA}/{name}", wait=False)
            page.wait_for_selector("text=No such log, or not for you to read")
            got = page.request.get(f"{visitor.origin}/pilotlogs/api/log/{ALPHA}/{name}/lines")
            answers.append(
                (
                    got.status,
                    got.text(),
                    sorted({key: value for key, value in got.headers.items() if key != "date"}.items()),
                )
            )
        assert answers[0] == answers[1] and answers[0][0] == 404
    with browser.visitor(chromium, stack, "alice") as visitor:  # a member of the VO, and no more
        page = visitor.open()
        page.wait_for_selector("text=Your group may not read pilot logs")
    with browser.visitor(chromium, stack, "evil") as visitor:
        refused = visitor.context.request.get(f"{visitor.origin}/pilotlogs/?group=<b>")
        assert (refused.status, refused.headers["content-type"]) == (401, "text/html; charset=utf-8")
        assert "imported into this browser" in refused.text() and "ask your DIRAC administrator" in refused.text()
        assert "<b>" not in refused.text()
        told = visitor.context.request.get(f"{visitor.origin}/pilotlogs/api/logs")
        assert (told.status, told.json()) == (401, {"error": "Refused (401)"})


def test_site_administrator_sees_the_site_s_logs_of_any_vo_and_no_others(chromium, stack, connect):
    here, there = story(connect)[0], story(connect)[0]
    stack.sql("PilotLoggingDB", "UPDATE PilotLogs SET Site=%s WHERE PilotStamp=%s", (world.ALPHA.site, here))
    with browser.visitor(chromium, stack, "sid") as visitor:
        page = visitor.open()
        has_cards(page, here)
        assert there not in cards(page)
        visitor.open_log((ALPHA, here))
        visitor.open(f"log/{ALPHA}/{there}", wait=False).wait_for_selector("text=No such log")


HOSTILE = (
    "<script>document.title='owned'</script><img src=x onerror=\"document.title='owned'\">",
    "\x1b[2J\x1b[31mred\x1b[0m \x1b]0;title\x07",
    "before\rafter",
    "\u202egnp.exe\u202c \u200bhidden \u2066isolated\u2069",
    "2026-01-01T00:00:00.000000Z ERROR [<b>x</b>] ]]> --> </style></span>",
    "nul \x00 and \x9b31m and \ufeff",
    "javascript:alert(1) \"quotes' &amp; &lt;",
)


def test_hostile_text_is_shown_and_does_nothing(opal, connect):
    stamp = uuid.uuid4().hex
    assert connect("pila").send("".join(f"{line}\n" for line in HOSTILE), stamp)["OK"]
    connect("pila").finalise(stamp, "<img src=x onerror=document.title=1>")
    page = opal.open_log((ALPHA, stamp))
    seen = browser.lines(page, lambda found: len(found) == len(HOSTILE))
    assert seen[1] == HOSTILE[0] and seen[5] == HOSTILE[4] and seen[7] == HOSTILE[6]
    assert seen[2] == "␛[2J␛[31mred␛[0m ␛]0;title␇"
    assert seen[3] == "after1 earlier state"
    assert seen[4] == "<U+202E>gnp.exe<U+202C> <U+200B>hidden <U+2066>isolated<U+2069>"
    assert seen[6] == "nul ␀ and <U+009B>31m and <U+FEFF>"
    assert page.title().endswith("pilot log")
    assert page.locator("script").count() == 1 and page.locator("img, b, iframe").count() == 0
    opal.open(f"?PilotStamp={stamp}").wait_for_selector("text=return code <img src=x")


def test_page_forbids_whatever_is_not_its_own(opal):
    page = opal.open()
    policy = page.request.get(page.url).headers["content-security-policy"]
    assert "default-src 'none'" in policy and "script-src 'self'" in policy and "frame-ancestors 'self'" in policy
    assert "unsafe" not in policy
    tried = page.evaluate("""async () => {
        const script = document.createElement('script');
        script.textContent = "document.title = 'owned'";
        document.body.append(script);
        return fetch('https://example.invalid/').then(() => 'went out', () => 'stayed');
    }""")
    assert tried == "stayed" and page.title() != "owned"
    opal.problems.clear()  # what the policy forbids is told there


def test_only_the_page_s_own_files_are_kept_by_a_browser(opal, connect):
    stamp, _ = story(connect)
    kept = []
    page = opal.open("", wait=False)
    page.on("response", lambda answer: kept.append((answer.url, answer.headers["cache-control"])))
    page.goto(f"{opal.origin}/pilotlogs/log/{ALPHA}/{stamp}")
    page.wait_for_selector(".row:not(.is-away)")
    assert {url for url, rule in kept if "immutable" in rule} == {url for url, _ in kept if "/static/" in url} != set()
    assert all(rule == "no-store" for url, rule in kept if "/static/" not in url)


def test_nothing_but_get_is_served(opal, stack):
    request = opal.context.request
    for method in ("post", "put", "delete", "patch"):
        assert getattr(request, method)(f"{opal.origin}/pilotlogs/api/logs").status == 405
    crossing = request.get(f"{opal.origin}/pilotlogs/api/logs", headers={"Sec-Fetch-Site": "cross-site"})
    assert crossing.status == 400


@pytest.mark.parametrize("path", [
    "api/logs?State=Nonsense", "api/logs?Start=-1", "api/logs?Limit=100000", "api/logs?Order=Payload",
    "api/logs?What=1", "api/logs?FromDate=yesterday", f"api/log/{ALPHA}/..%2f..%2fetc/log",
    f"api/log/{ALPHA}/abc/find", "api/log/%00/abc/log", f"api/log/{ALPHA}/abc/lines?First=x",
    f"api/log/{ALPHA}/abc/nonsense", "static/../PilotLogsHandler.py", "static/", "nothing",
    f"api/log/{ALPHA}/abc/tail?Cursor=nonsense",
])  # fmt: skip
def test_bad_questions_are_refused_without_a_word_of_code(opal, path):
    answer = opal.context.request.get(f"{opal.origin}/pilotlogs/{path}")
    assert answer.status in (400, 404), answer.status
    assert "Traceback" not in answer.text() and "Internal" not in answer.text()


def test_archived_log_is_read_from_the_archive_and_says_so(opal, connect, stack):
    stamp, text = story(connect, lines=2000)
    stack.set_option("/Operations/Defaults/PilotLogging/BatchesSeconds", 0)
    stack.set_option("/Systems/WorkloadManagement/Agents/PilotLoggingAgent/SettleSeconds", 0)
    grid.forget_logs(stack, but=stamp)
    try:
        until(lambda: state_of(stack, stamp) == "Purged" or (not stack.run_agent_once() and False))
    finally:
        stack.reset_options()
    page = opal.open_log((ALPHA, stamp), "#L3000")
    page.wait_for_selector(".row.is-chosen:not(.is-away)")
    browser.says(page, ".of-log", "from the archive (ALPHA-disk)")
    seen, lines = browser.lines(page, lambda found: 3000 in found), text.split("\n")
    assert all(seen[number] == lines[number - 1] for number in seen)
    page.wait_for_selector(".phases .command:has-text('InstallDIRAC')")
    folders = [path for path in (stack.root / "tmp").glob("pilotlog-page-*") if list(path.glob("*.text"))]
    assert folders and all(
        path.stat().st_mode & 0o077 == 0 for folder in folders for path in [folder, *folder.glob("*.text")]
    )
    with grid.storage_down(stack):
        assert page.request.get(f"{opal.origin}/pilotlogs/api/log/{ALPHA}/{stamp}/text").text() == text


def state_of(stack, stamp):
    return stack.sql("PilotLoggingDB", "SELECT State FROM PilotLogs WHERE PilotStamp=%s", (stamp,))[0][0]


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_colours_follow_the_system_and_a_phone_has_no_sideways_scrolling(chromium, stack, connect, scheme):
    stamp, _ = story(connect, end="1")
    with browser.visitor(chromium, stack, "opal", color_scheme=scheme, **browser.PHONE) as visitor:
        for page in (visitor.open(), visitor.open_log((ALPHA, stamp))):
            red = int(re.findall(r"\d+", page.evaluate("getComputedStyle(document.body).backgroundColor"))[0])
            assert (red < 80) == (scheme == "dark")
            assert page.evaluate("document.documentElement.scrollWidth <= innerWidth")
        assert page.evaluate("document.querySelector('.viewport').scrollWidth <= innerWidth")
        assert visitor.problems == []


def test_a_long_archiving_error_leaves_a_phone_room_for_the_stamp(chromium, stack, connect):
    stamp, _ = story(connect)
    error = ("Another file is registered as /vo.alpha.org/" + "x" * 80, stamp)
    stack.sql("PilotLoggingDB", "UPDATE PilotLogs SET LastError=%s, Attempts=1 WHERE PilotStamp=%s", error)
    with browser.visitor(chromium, stack, "opal", **browser.PHONE) as visitor:
        page = visitor.open(f"?PilotStamp={stamp}")
        has_cards(page, stamp)
        assert page.locator(".card .stamp").bounding_box()["width"] > 150


def test_the_server_has_nothing_to_complain_of(stack, opal, connect, log_before):
    stamp, _ = story(connect)

    def log():
        return stack.log("tornado").read_bytes()[log_before:].decode(errors="replace")

    def answers():
        return log().count("WorkloadManagement/PilotLogs (")

    before = answers()
    opal.open_log((ALPHA, stamp))
    until(lambda: answers() > before, seen=lambda: log()[-1000:])  # it is the log of what was asked
    for word in ("Unexpected error of the page", "Uncaught exception", "Cannot send error response", "in callback"):
        assert word not in log(), word
