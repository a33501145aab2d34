"""What the stand-in answers in the browser tests: the story of the boards."""

from typing import Any

from tests.channels.stand_in import Answers, button

FORM = {"service": "C05", "name": "康复辅助器具适配", "filled": 5, "missing": 2, "asking": "dis_type"}
ANSWER = (
    "有残疾人证的，向村（社区）残协或县残联提需求，由专业人员评估适配，符合条件的免费配发或按比例补贴。\n"
    "因工伤致残的，走工伤保险基金。\n补贴目录、比例和几年一换由本县规定，标准核定后再公布。想现在问，可转人工。\n"
    "依据：《残疾预防和残疾人康复条例》等 3 部法规"
)
ROWS = [
    ("person", "当事人", "周建国（您的父亲）"),
    ("phone", "联系电话", "139****1357"),
    ("place", "住址", "青陂镇 石岭村"),
    ("certificate", "残疾人证", "有，肢体"),
    ("device", "所需辅具", "轮椅"),
]
LINES = [
    {"number": "110", "name": "报警", "what": "制止施暴、帮您就医", "strong": True},
    {"number": "120", "name": "急救", "what": "受了伤、孩子受了伤", "strong": True},
    {"number": "12338", "name": "妇女维权", "what": "问怎么办、找庇护", "strong": False},
]


def story(text: str, metadata: dict[str, Any]) -> Answers:
    command = metadata.get("command") or {}
    match command.get("do"), text:
        case ("start", _):
            return [
                {
                    "text": "接着登记。证上的残疾类别是哪种？",
                    "buttons": [
                        button(t, do="set", value=t)
                        for t in ("肢体", "视力", "听力", "言语", "智力", "精神", "多重")
                    ]
                    + [button("说不清，以后再定", do="skip")],
                    "custom": {"form": FORM},
                }
            ]
        case ("set" | "skip", _):
            rows = [{"slot": s, "label": label, "value": v} for s, label, v in ROWS]
            return [
                {
                    "text": "请核对：" + "；".join(f"{label}：{v}" for _, label, v in ROWS),
                    "buttons": [
                        button("确认提交", do="confirm"),
                        button("补充一句", do="add"),
                        button("取消", do="intent", intent="cancel"),
                    ],
                    "custom": {
                        "form": {**FORM, "filled": 7, "missing": 0},
                        "summary": {
                            "service": "C05",
                            "name": "康复辅助器具适配",
                            "rows": rows,
                            "who": "由县残联主办，青陂镇卫生院、县红十字会协办。以上内容只给办这件事的人看。",
                        },
                    },
                }
            ]
        case ("confirm", _):
            return [
                {
                    "text": "已登记，工作人员正在审核。工单号 QT-7K3M-92XF，取回码 482916。",
                    "custom": {
                        "ticket_number": "QT-7K3M-92XF",
                        "retrieval_code": "482916",
                        "filed": {
                            "headline": "已登记，工作人员正在审核",
                            "next": [
                                "审核派单：11-25 周三 09:42 前",
                                "县残联联系您，约时间上门评估",
                                "办结：一般 15 个工作日内",
                            ],
                        },
                    },
                }
            ]
        case ("helpful", _):
            return [{"text": "谢谢，记下了。"}]
        case (_, "他又打我了，我带着孩子躲在里屋"):
            return [
                {
                    "text": "先保安全：现在就打 110\n120 急救\n12338 妇女维权\n您做得对。值班员已收到提醒，正在接入。\n您和孩子现在安全吗？",
                    "buttons": [
                        button("不安全，他就在附近", do="safe", value="no", look="danger"),
                        button("暂时安全", do="safe", value="yes"),
                        button("不方便说", do="safe", value="hidden"),
                    ],
                    "custom": {"urgent": True, "kind": "violence", "lines": LINES},
                }
            ]
        case (_, "最近心里很难受，不想活了"):
            return [
                {
                    "text": "听到您这么说，很担心您。您愿意说出来，这很重要。\n您身边有家里人或村干部能陪着吗？",
                    "buttons": [
                        button("有人陪着", do="company", value=True),
                        button("一个人", do="company", value=False),
                        button("让值班员和我说话", do="intent", intent="human_handoff", look="primary"),
                    ],
                    "custom": {
                        "urgent": True,
                        "kind": "suicide",
                        "lines": [
                            {
                                "number": "12356",
                                "name": "心理援助热线",
                                "what": "可以不说名字",
                                "strong": True,
                            },
                            {
                                "number": "12355",
                                "name": "青少年热线",
                                "what": "有心事、受欺负都能说",
                                "strong": False,
                            },
                            {
                                "number": "120",
                                "name": "受了伤、吃了药",
                                "what": "有危险也可打 110",
                                "strong": True,
                            },
                        ],
                    },
                }
            ]
        case (_, said) if "轮椅" in said:
            return [
                {
                    "text": ANSWER,
                    "buttons": [
                        button("登记办理：康复辅助器具适配", do="start", service="C05"),
                        button("有用", do="helpful", faq="CL-01", yes=True),
                        button("没用", do="helpful", faq="CL-01", yes=False),
                        button("转人工", do="intent", intent="human_handoff"),
                    ],
                    "custom": {
                        "faq": "CL-01",
                        "source": "《残疾预防和残疾人康复条例》等 3 部法规",
                        "confidence": 0.93,
                        "note": "补贴目录、比例和几年一换由本县规定，标准核定后再公布。想现在问，可转人工。",
                        "checked": "县残联 2026-11-20 核对",
                    },
                }
            ]
    return [{"text": f"听到了：{text}"}]
