"""The page's files, read without a browser: their weight and where their words stand."""

import re

from bot.web.app import HEADERS
from tests.web.fake_api import POLICY, STATIC

WEIGHT_LIMIT = 40 * 1024
# The values of open_state and of a map's app, looked up as they come.
FROM_THE_SERVER = {"open", "closed", "unknown", "amap", "baidu", "tencent"}


def test_it_weighs_little_before_images() -> None:
    # The public board is another page, with a style of its own.
    files = [file for file in STATIC.iterdir() if file.name not in {"icon.svg", "board.css"}]
    assert sum(file.stat().st_size for file in files) <= WEIGHT_LIMIT


def test_every_sentence_stands_in_the_page_and_none_in_a_script() -> None:
    for script in STATIC.glob("*.js"):
        chinese = re.findall(r"[一-鿿]+", script.read_text(encoding="utf-8"))
        assert chinese == [], script.name


def test_every_word_a_script_asks_for_exists_and_none_is_left_over() -> None:
    page = (STATIC / "index.html").read_text(encoding="utf-8")
    scripts = "".join(file.read_text(encoding="utf-8") for file in STATIC.glob("*.js"))
    kept = set(re.findall(r"^(\w+) .", page.split('<template id="words">')[1], re.MULTILINE))
    asked = set(re.findall(r'word\("(\w+)"', scripts))
    assert asked <= kept
    assert {key for key in kept if f'"{key}"' not in scripts} <= FROM_THE_SERVER


def test_the_page_is_tested_under_the_policy_it_is_served_with() -> None:
    assert f"{HEADERS['Content-Security-Policy']}; require-trusted-types-for 'script'" == POLICY
