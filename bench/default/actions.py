"""The validator of the default project's form, as rasa-sdk's documentation lays it out."""

import re
from typing import Any

from rasa_sdk import FormValidationAction, Tracker
from rasa_sdk.executor import CollectingDispatcher
from rasa_sdk.types import DomainDict

KINDS = ("视力", "听力", "言语", "肢体", "智力", "精神", "多重")
DEVICES = ("轮椅", "助听器", "拐杖", "助行器", "假肢", "护理床", "其他")


class ValidateIntakeForm(FormValidationAction):
    """Checks name, phone, village, kind of disability and device."""

    def name(self) -> str:
        """The name that Rasa calls."""
        return "validate_intake_form"

    def validate_applicant_name(
        self, value: Any, dispatcher: CollectingDispatcher, tracker: Tracker, domain: DomainDict
    ) -> dict[str, Any]:
        """A Chinese name of two to four characters, with or without 我叫 before it."""
        found = re.fullmatch(r"(?:我叫|我是)?([\u4e00-\u9fff·]{2,8})[。 ]*", str(value))
        return {"applicant_name": found.group(1) if found else None}

    def validate_phone(
        self, value: Any, dispatcher: CollectingDispatcher, tracker: Tracker, domain: DomainDict
    ) -> dict[str, Any]:
        """A mobile number of 11 digits; anything else is asked again, and why."""
        found = re.search(r"(?<!\d)1[3-9]\d{9}(?!\d)", str(value))
        if found:
            return {"phone": found.group()}
        dispatcher.utter_message(text="这个号码不对，手机号是 11 位。")
        return {"phone": None}

    def validate_village(
        self, value: Any, dispatcher: CollectingDispatcher, tracker: Tracker, domain: DomainDict
    ) -> dict[str, Any]:
        """Any text."""
        return {"village": str(value).strip() or None}

    def validate_dis_type(
        self, value: Any, dispatcher: CollectingDispatcher, tracker: Tracker, domain: DomainDict
    ) -> dict[str, Any]:
        """One of the seven kinds."""
        return {"dis_type": next((kind for kind in KINDS if kind in str(value)), None)}

    def validate_device_type(
        self, value: Any, dispatcher: CollectingDispatcher, tracker: Tracker, domain: DomainDict
    ) -> dict[str, Any]:
        """One of the devices."""
        return {"device_type": next((device for device in DEVICES if device in str(value)), None)}
