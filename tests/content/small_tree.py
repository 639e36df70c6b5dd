"""A content tree small enough to read, to be spoiled in one place at a time."""

from pathlib import Path

from tests.content import small_cases, small_notices

FILES = {
    **small_cases.FILES,
    "calendar.yml": "{}\n",
    "facilities.yml": "水: [饮水, 热水]\n休息: [休息]\n",
    "handovers.yml": """\
opens: "09:00"
closes: "17:30"
untaken_minutes: 5
silent_minutes: 10
idle_minutes: 30
kept_days: 30
hotlines: ["12333"]
ready_answers:
  - title: 打招呼
    text: 你好，我在。
""",
    "hotlines.yml": '"12333": {name: 人社热线, confidence: high}\n',
    "link_hosts.yml": "- www.gov.cn\n",
    "names.yml": "surnames: [王]\n",
    **small_notices.FILES,
    "regions.yml": "广东: [广州, 佛山]\n江苏: [盐城]\n",
    "stop_columns.yml": """\
headers: {name: [名称], kind: [类型], city: [市]}
entry:
  {open_door: [直接进], scan_qr: [扫码], face: [刷脸], id_card: [身份证], phone_first: [先打电话],
   remote_button: [按铃], app: [下载app], unknown: [未知]}
datum: {wgs84: [gps], gcj02: [高德], bd09: [百度]}
accuracy: {exact: [精确], landmark: [地标], street: [街道], district: [区县]}
status: {open_to_public: [开放], under_construction: [在建], withdrawn: [停用]}
confidence: {high: [高], medium: [中], low: [低]}
answers: {"yes": [有], "no": [无], unknown: [不详]}
marks: {empty: [/], none_of: [没有], not_needed: [无需], regions: [市], below_a_city: [区]}
""",
    "words.yml": "menu: [菜单]\n",
    "messages/menu.yml": "title: 请选一项\ngreeting: 你好，{name}，第{n}次来\n",
    "places/openstreetmap.csv": (
        "name,kind,city,district,lat,lon,licence,credit,source\n"
        "金洲站,metro,广州,南沙区,22.79,113.53,ODbL 1.0,© OpenStreetMap contributors,osm\n"
        "蕉门站,metro,广州,南沙区,22.80,113.55,ODbL 1.0,© OpenStreetMap contributors,osm\n"
    ),
    "reminders.yml": "days_before: [7, 1]\ndeadlines_most: 2\nstop_days: 9\n",
    "rest_stops/guangdong.yml": """\
- id: gz-nansha-one
  name: 一号驿站
  kind: 工会驿站
  province: 广东
  city: 广州
  district: 南沙区
  position: {lat: 22.794742, lon: 113.532817, datum: gcj02, accuracy: street}
  hours_text: 24小时
  opening_hours: 24/7
  facilities: [水, 休息]
  published_on: 2026-02
- id: gz-nansha-two
  name: 二号驿站
  kind: 工会驿站
  province: 广东
  city: 广州
  position: {accuracy: landmark, landmark: 金洲站, est_error_m: 200}
  published_on: "2026"
""",
    "rights/minimum_wage.yml": """\
id: minimum_wage
title: 最低工资
audiences: [all]
answers: [ask_minimum_wage]
as_of: 2026-11-22
review_by: 2027-05-22
hotlines: [12333]
facts:
  - claim: 广州：月最低工资2500元。
    law: 关于调整最低工资标准的通知
    doc_no: 粤府函〔2025〕23号
    effective: 2025-03-01
    region: 广州
    confidence: high
    force: policy
    link: https://www.gov.cn/a
steps:
  - 打12333问。
""",
    "rights/pay_arrears.yml": """\
id: pay_arrears
title: 拖欠工资
audiences: [all]
answers: [ask_pay_arrears]
as_of: 2026-11-22
review_by: 2027-05-22
hotlines: [12333]
unverified:
  - 当地窗口的地址
facts: []
steps:
  - 打12333问。
""",
}


def plant(root: Path) -> Path:
    """Write the tree below a folder and return its root."""
    content = root / "content"
    for name, text in FILES.items():
        path = content / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, encoding="utf-8")
    return content
