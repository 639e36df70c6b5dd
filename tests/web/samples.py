"""Replies as the turn API gives them, for the page tests and their pictures."""

from typing import Any

Reply = dict[str, Any]
Card = dict[str, Any]


def reply(text: str = "", **more: Any) -> Reply:
    return {"text": text, "choices": [], "cards": [], **more}


def choices(*titles: str) -> list[dict[str, str]]:
    return [{"title": title, "token": f"token-{title}"} for title in titles]


STOP: Card = {
    "kind": "rest_stop",
    "id": "nansha-wanda",
    "name": "南沙万达广场旁24小时户外劳动者爱心驿站",
    "area": "广州 南沙区 南沙街道",
    "address": "南沙万达广场(双山大道)旁",
    "distance_m": None,
    "distance_about": False,
    "open_state": "open",
    "hours_text": "24小时",
    "entry": "进门要求没写明",
    "facilities": ["休息"],
    "other_facilities": ["热饮(活动时)"],
    "under_construction": False,
    "phone": None,
    "published_on": "2026",
    "checked_on": None,
    "map_url": "https://uri.amap.com/search?keyword=%E5%8D%97%E6%B2%99",
    "lines": ["在金洲站附近，准确位置没有核到，先看地址。"],
    "position": None,
    "position_about": False,
    "hours_now": None,
    "distance_from": None,
    "distance_text": None,
    "lacks": [],
    "fee": None,
    "admits": None,
    "source": None,
    "told": "2026 公布 · 还没有核对过",
    "voices": [],
    "maps": [{"app": "amap", "url": "https://uri.amap.com/search?keyword=%E5%8D%97%E6%B2%99"}],
    "choices": [],
}
REPORTS = ("还开着", "锁门", "搬走", "没水没电", "不让进")


def reports_of(stop: str) -> list[dict[str, str]]:
    return [{"title": title, "token": f"{stop}-{title}"} for title in REPORTS]


FAR_STOP: Card = {
    **STOP,
    "id": "haizhu",
    "name": "海珠区东晓南地铁站B出口工会爱心驿站(智能)",
    "area": "广州 海珠区",
    "address": "东晓南地铁站B出口附近",
    "distance_m": 1200,
    "distance_about": True,
    "distance_text": "约 1.2 公里",
    "open_state": "closed",
    "hours_text": "8:00-22:00",
    "entry": "扫码，填电话和职业后进入",
    "facilities": ["水", "热饭", "手机充电", "WiFi", "药箱", "雨具"],
    "other_facilities": [],
    "phone": "020-12345678",
    "published_on": "2023-11",
    "checked_on": "2026-11-20",
    "told": "2023-11 公布 · 2026-11-20 核对过",
    "lines": [],
}
MAPS = [
    {"app": app, "url": f"https://map.{app}.example/to?at=23.1,113.3"}
    for app in ("amap", "baidu", "tencent")
]
NEAR_STOP: Card = {
    **FAR_STOP,
    "id": "huangge",
    "name": "黄阁镇司机之家",
    "distance_m": 350,
    "distance_about": False,
    "distance_from": "黄阁地铁站",
    "distance_text": "离黄阁地铁站 350 米",
    "open_state": "open",
    "hours_now": "20分钟后关门",
    "voices": ["2小时前有骑手说锁门", "有人说没水没电，正在核实"],
    "fee": "免费",
    "admits": "户外劳动者",
    "lacks": ["换电", "淋浴"],
    "lines": ["收费：免费", "谁能进：户外劳动者", "写明没有：换电、淋浴"],
    "source": "广州市总工会",
    "told": "广州市总工会 · 2023-11 公布 · 2026-11-20 核对过",
    "maps": MAPS,
    "map_url": MAPS[0]["url"],
    "choices": reports_of("huangge"),
    "position": [22.8261, 113.5203],
}
COMING_STOP: Card = {
    **STOP,
    "id": "coming",
    "name": "新城驿站",
    "under_construction": True,
    "open_state": "closed",
    "hours_text": None,
    "facilities": [],
    "other_facilities": [],
    "published_on": None,
    "told": "公布日期没查到 · 还没有核对过",
    "map_url": "javascript:alert(1)",
    "maps": [{"app": "amap", "url": "javascript:alert(1)"}],
    "lines": [],
}
CLAIM: Card = {
    "text": "广州：月最低工资2500元，小时最低工资23.7元。",
    "law": "广东省人民政府关于调整我省最低工资标准的通知",
    "article": "一类标准",
    "number": "粤府函〔2025〕23号",
    "effective": "2025-03-01",
    "region": "广州",
    "force": "政策文件",
    "proof": (
        "《广东省人民政府关于调整我省最低工资标准的通知》一类标准 · 粤府函〔2025〕23号"
        " · 2025-03-01 起施行 · 广州 · 政策文件"
    ),
    "remarks": [],
    "link": "http://www.gd.gov.cn/zwgk/post_4668031.html",
}
RIGHT: Card = {
    "kind": "right",
    "topic": "minimum_wage",
    "title": "最低工资与小时最低工资",
    "claims": [
        CLAIM,
        {
            **CLAIM,
            "text": "最低工资不包括加班费、夜班和高温等津贴。",
            "law": "《最低工资规定》",
            "article": "第十二条",
            "number": "未核到",
            "region": "全国",
            "effective": "未核到",
            "force": "部门规章",
            "proof": "《最低工资规定》第十二条 · 全国 · 部门规章 · 文号、施行日未核到",
            "remarks": ["各地口径略有不同。"],
            "link": None,
        },
        {**CLAIM, "text": "打12333问。", "proof": "《关于热线的通知》 · 广州 · 条号未核到"},
        {**CLAIM, "text": "第四条说法。", "link": "javascript:alert(1)"},
    ],
    "steps": ["先把工资流水和排班截图留好。", "打12333，说清在哪个区、拖了多久。"],
    "hotline": [
        {"number": "12333", "name": "人社热线（社保、工资、工伤）"},
        {"number": "12345", "name": "政务服务热线"},
    ],
    "as_of": "2026-11-22",
    "remarks": ["金额会调整，以生效日期为准。"],
}
CASE: Card = {
    "kind": "case",
    "code": "YZ-7K3M-92",
    "state": "已收到，等人看",
    "due": None,
    "summary": "金洲站B口没有能坐的地方，想加两条长凳。",
}
GREETING = [reply("想找哪儿附近的？", ask="location")]
STOPS = [reply("离你最近、现在知道的是这一个。", cards=[STOP, FAR_STOP])]
LIST = [
    reply(
        "黄阁地铁站附近，现在开着的有1个，好进的、近的排前面：",
        cards=[
            NEAR_STOP,
            {**FAR_STOP, "maps": MAPS, "hours_now": "8点开门", "choices": reports_of("haizhu")},
            {**STOP, "choices": reports_of("wanda")},
        ],
        choices=choices("还有4个", "筛一下", "换个地方找", "推荐一个点"),
        picture="sketch-1",
        first=4,
    )
]  # fmt: skip
RIGHTS = [
    reply("查到了，写明了出处。", cards=[RIGHT], choices=choices("被拖欠工资怎么办", "都不是"))
]
CASES = [
    reply("收下了，谢谢你。", cards=[CASE], choices=choices("看看进度", "再提一条", "回到主菜单"))
]
