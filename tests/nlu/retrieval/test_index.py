"""Publishing and following the index."""

import time

import numpy as np
import pytest

from nlu.retrieval import index
from nlu.retrieval.index import Item, Reader, publish
from nlu.retrieval.matcher import Matcher

ITEMS = [
    Item("faq/GH-01", "怎么加入工会", "向本单位工会提出申请。", ("我想进工会要找谁", "工会会员怎么当")),
    Item("faq/CL-01", "残疾人证怎么办", "到户籍地县残联申请。", ("残疾本本在哪里办", "评残要去哪家医院")),
    Item("faq/HSZ-10", "多大年纪能献血", "18至55周岁。", ("献血有年龄限制吗", "六十岁还能献血不")),
    Item("service/A05", "残疾人证申领代办", "", ("帮我爸办个残疾证", "请人上门给我妈评残")),
]


@pytest.fixture()
def root(tmp_path):
    publish(tmp_path, ITEMS, [{"code": "C0", "name": "中心"}])
    return tmp_path


def test_reader_sees_a_published_change_without_a_restart(root, monkeypatch):
    monkeypatch.setattr(index, "CHECK_SECONDS", 0.05)
    reader = Reader(root)
    first = reader.current()
    assert [item.key for item in first.items] == [item.key for item in ITEMS]
    assert first.places == ({"code": "C0", "name": "中心"},)
    started = time.monotonic()
    publish(root, [*ITEMS, Item("faq/KX-05", "果树生虫怎么治", "可以请农技专家。", ())], [])
    assert time.monotonic() - started < 1
    time.sleep(0.06)
    second = reader.current()
    assert second.version != first.version
    assert Matcher(second).rank("树上长虫子了怎么办")[0].key == "faq/KX-05"


def test_vectors_stay_in_line_with_their_texts(root):
    published = Reader(root).current()
    texts = index.texts_of(published.items)
    fresh = index.encode_items(published.items, root / "another-cache")
    for name, rows in published.vectors.items():
        assert rows.shape[0] == len(texts)
        assert np.allclose(rows, fresh[name], atol=1e-6)


def test_a_torn_cache_is_repaired(root):
    for path in (root / "cache").glob("*.f32"):
        path.write_bytes(path.read_bytes()[:-7])
    publish(root, ITEMS, [])
    published = Reader(root).current()
    for name, rows in published.vectors.items():
        assert np.allclose(np.linalg.norm(rows, axis=1), 1, atol=1e-3), name


def test_nothing_published_yet(tmp_path):
    assert Reader(tmp_path).current() is None


def test_old_versions_are_swept_but_never_the_current_one(root):
    for _ in range(6):
        version = publish(root, ITEMS, [])
    kept = [p.name for p in root.iterdir() if p.is_dir() and p.name != "cache"]
    assert version in kept and len(kept) == index.KEEP_VERSIONS
