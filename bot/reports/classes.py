"""Classes of difficulty, fixed beforehand: by the service, never by how a matter went.

A county changes them in the setting `report_classes` (service code -> class).
"""

from collections.abc import Mapping

from bot.directory.catalogue import Service

CONSULTATION, AID, RIGHTS, SEVERAL, ORDER, MEMBERSHIP = (
    "consultation",
    "aid",
    "rights",
    "several",
    "order",
    "membership",
)
CLASS_NAMES = {
    CONSULTATION: "咨询",
    AID: "帮扶",
    RIGHTS: "维权",
    SEVERAL: "多家联办",
    ORDER: "点单",
    MEMBERSHIP: "入会推荐",
}
SETTING = "report_classes"
BY_CATEGORY = {
    "个人帮扶": AID,
    "村站点单": ORDER,
    "组织类": MEMBERSHIP,
    "联商联调": SEVERAL,
    "综合": CONSULTATION,
}
BY_SERVICE = {
    "A04": RIGHTS,
    "A11": RIGHTS,
    "A22": RIGHTS,
    "A16": CONSULTATION,
    "A17": CONSULTATION,
    "A20": CONSULTATION,
    "A24": CONSULTATION,
    "B12": CONSULTATION,
}


def class_of(service: Service | None, changed: Mapping[str, str]) -> str:
    """The class of a service: the county's, else by its code, else by its category."""
    if service is None:
        return AID
    found = changed.get(service.code) or BY_SERVICE.get(service.code)
    return found or BY_CATEGORY.get(service.category, AID)
