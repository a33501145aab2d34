"""What a resident agrees to when he files; kept with its version beside the conversation."""

CONSENT_VERSION = "2026-11"
CONSENT = "这些内容只给办这件事的单位看。提交就是同意我们为办这件事使用和保存它们（告知书 2026-11 版）。"
