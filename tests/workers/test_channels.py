"""Each channel, against a real receiver: what it is sent, in which form, and what counts as not sent."""

from __future__ import annotations

import base64
import hashlib
import hmac
import logging
from collections.abc import Iterator
from typing import Any

import pytest

from governance.notices.sending import Parcel
from governance.notices.webhooks import check_url, is_public, sign
from governance.settings import Settings
from tests.workers.receivers import Got, Letters, Receiver, http_receiver, mail_server, words_of
from workers.senders import NotSent, Sender, cleaned, cut, mask_phones, text_of
from workers.senders.all import senders_of
from workers.senders.signed import public_address

ROBOT, TOKEN = "693axxx6-7aoc-4bc4-97a0-0ec2sifa5aaa", "abcdef0123456789"


@pytest.fixture
def receiver() -> Iterator[Receiver]:
    with http_receiver() as started:
        yield started


@pytest.fixture
def letters() -> Iterator[Letters]:
    with mail_server() as started:
        yield started


def sender_of(channel: str, **settings: Any) -> Sender:
    return senders_of(Settings(_env_file=None, **settings))[channel]


def parcel(channel: str, to: str, *lines: str, **more: Any) -> Parcel:
    return Parcel((1,), "17-sms-somebody", channel, to, lines or ("请核查: 2026030300000007 暴露垃圾",), **more)


# ---- e-mail --------------------------------------------------------------------------------------------------------

def test_a_letter_arrives_in_chinese_with_its_sender_and_title(letters: Letters) -> None:
    mail = sender_of("email", mail_url=f"mailto://127.0.0.1:{letters.port}?from=grid@city.example")
    mail.send(parcel("email", "zhou@city.example"))
    (sender, recipients, message), = letters.got
    assert (sender, recipients) == ("grid@city.example", ["zhou@city.example"])
    assert words_of(message).strip() == "请核查: 2026030300000007 暴露垃圾"
    assert "=?utf-8?" in str(message["Subject"]).lower()


def test_a_letter_that_is_refused_is_not_sent_and_the_reason_is_kept_without_the_address(
        letters: Letters) -> None:
    letters.refusal = "550 5.1.1 <zhou@city.example> no such mailbox"
    mail = sender_of("email", mail_url=f"mailto://127.0.0.1:{letters.port}?from=grid@city.example")
    with pytest.raises(NotSent) as told:
        mail.send(parcel("email", "zhou@city.example"))
    assert "no such mailbox" in str(told.value)
    assert "zhou@city.example" not in str(told.value)
    assert not logging.getLogger("apprise").propagate  # what it says of addresses reaches no log of ours


def test_a_mail_server_that_is_away_is_said_and_the_password_is_not() -> None:
    mail = sender_of("email", mail_url="mailto://grid:tops3cret@127.0.0.1:1?from=grid@city.example&mode=insecure")
    with pytest.raises(NotSent, match="refused") as told:
        mail.send(parcel("email", "zhou@city.example"))
    assert "tops3cret" not in str(told.value)
    with pytest.raises(NotSent, match="WANGGE_MAIL_URL"):
        sender_of("email", mail_url="nothing").send(parcel("email", "zhou@city.example"))


# ---- 企业微信, 钉钉 --------------------------------------------------------------------------------------------------

def test_a_wecom_robot_gets_a_text_under_its_key(receiver: Receiver) -> None:
    sender_of("wecom", wecom_url=receiver.address).send(parcel("wecom", ROBOT))
    got, = receiver.got
    assert (got.path, got.query) == ("/cgi-bin/webhook/send", {"key": ROBOT})
    assert got.json == {"msgtype": "text", "text": {"content": "请核查: 2026030300000007 暴露垃圾"}}


@pytest.mark.parametrize(("channel", "to", "setting"), [("wecom", ROBOT, "wecom_url"),
                                                        ("dingtalk", TOKEN, "dingtalk_url")])
def test_a_robot_that_answers_200_and_refuses_has_not_been_sent_it(receiver: Receiver, channel: str, to: str,
                                                                   setting: str) -> None:
    """Both answer 200 with an errcode; the reason is kept, the key in it is not."""
    no = {"errcode": 45009, "errmsg": f"api freq out of limit, {to}"}
    receiver.answers = {"/cgi-bin/webhook/send": no, "/robot/send": no}
    with pytest.raises(NotSent) as told:
        sender_of(channel, **{setting: receiver.address}).send(parcel(channel, to))
    assert str(told.value) == "errcode 45009: api freq out of limit, ***"


def test_a_wecom_application_fetches_its_token_once_and_again_when_it_is_over(receiver: Receiver) -> None:
    tokens = iter(("first", "second"))
    over = {"first"}

    def send(got: Got) -> dict[str, Any]:
        return {"errcode": 42001 if got.query["access_token"] in over else 0, "errmsg": "access_token expired"}

    receiver.answers = {"/cgi-bin/gettoken": lambda got: {"errcode": 0, "access_token": next(tokens)},
                        "/cgi-bin/message/send": send}
    wecom = sender_of("wecom", wecom_url=receiver.address, wecom_corp_id="ww1", wecom_agent_id=1000002,
                      wecom_secret="s3cret")
    wecom.send(parcel("wecom", "zhouhw"))
    wecom.send(parcel("wecom", "zhouhw"))
    assert [got.path.rpartition("/")[2] for got in receiver.got] == ["gettoken", "send", "gettoken", "send", "send"]
    assert receiver.got[0].query == {"corpid": "ww1", "corpsecret": "s3cret"}
    assert receiver.got[-1].json["touser"] == "zhouhw"
    assert receiver.got[-1].json["agentid"] == 1000002


def test_a_wecom_user_who_does_not_exist_has_not_been_told(receiver: Receiver) -> None:
    receiver.answers = {"/cgi-bin/gettoken": {"errcode": 0, "access_token": "t"},
                        "/cgi-bin/message/send": {"errcode": 0, "errmsg": "ok", "invaliduser": "nobody"}}
    with pytest.raises(NotSent, match="no such user"):
        sender_of("wecom", wecom_url=receiver.address, wecom_corp_id="ww1", wecom_secret="s").send(
            parcel("wecom", "nobody"))


def test_a_dingtalk_robot_is_signed_where_it_has_a_secret(receiver: Receiver) -> None:
    sender = sender_of("dingtalk", dingtalk_url=receiver.address)
    sender.send(parcel("dingtalk", TOKEN))
    sender.send(parcel("dingtalk", f"{TOKEN}:SEC123"))
    plain, signed = receiver.got
    assert (plain.path, plain.query) == ("/robot/send", {"access_token": TOKEN})
    text = f"{signed.query['timestamp']}\nSEC123"
    expected = base64.b64encode(hmac.new(b"SEC123", text.encode(), hashlib.sha256).digest()).decode()
    assert signed.query["sign"] == expected
    assert plain.json["text"]["content"].startswith("请核查")


# ---- text messages -------------------------------------------------------------------------------------------------

def test_the_gateway_of_text_messages_gets_a_signed_document(receiver: Receiver) -> None:
    sender_of("sms", sms_url=f"{receiver.address}/sms", sms_secret="k3y").send(parcel("sms", "13800000001"))
    got, = receiver.got
    assert got.json == {"id": "17-sms-somebody", "phone": "13800000001", "text": "请核查: 2026030300000007 暴露垃圾"}
    assert got.headers["wangge-signature"] == sign("k3y", got.headers["wangge-timestamp"], got.body)
    receiver.status = 503
    with pytest.raises(NotSent, match="HTTP 503"):
        sender_of("sms", sms_url=receiver.address).send(parcel("sms", "13800000001"))


def test_a_gateway_that_is_away_is_told_without_the_phone() -> None:
    with pytest.raises(NotSent, match="ConnectError") as told:
        sender_of("sms", sms_url="http://127.0.0.1:1/send?phone=13800000001").send(parcel("sms", "13800000001"))
    assert "13800000001" not in str(told.value)


# ---- webhooks: what may be reached ---------------------------------------------------------------------------------

@pytest.mark.parametrize("address", ["127.0.0.1", "10.1.2.3", "192.168.0.1", "172.16.0.9", "169.254.169.254", "0.0.0.0",
                                     "100.64.0.1", "224.0.0.1", "::1", "fe80::1%eth0", "fc00::1", "::ffff:10.0.0.1",
                                     "2002:7f00:1::", "64:ff9b::a00:1", "240.0.0.1"])
def test_private_addresses_are_not_public(address: str) -> None:
    assert not is_public(address)


def test_public_addresses_are() -> None:
    assert is_public("1.1.1.1")
    assert is_public("2606:4700::1111")


@pytest.mark.parametrize("host", ["localhost", "127.0.0.1", "0x7f000001", "2130706433", "127.1", "::1"])
def test_no_way_of_writing_it_leads_home(host: str) -> None:
    with pytest.raises(NotSent, match=r"private address|cannot be resolved"):
        public_address(host, 80)


def test_a_webhook_that_leads_home_is_not_connected_to(receiver: Receiver) -> None:
    port = receiver.address.rpartition(":")[2]
    for address in (receiver.address, f"http://localhost:{port}/"):
        with pytest.raises(NotSent, match="private address"):
            sender_of("webhook").send(parcel("webhook", address))
    assert receiver.got == []


def test_a_redirect_is_not_followed(receiver: Receiver) -> None:
    receiver.status = 302
    with pytest.raises(NotSent, match="HTTP 302"):
        sender_of("webhook", webhook_private=True).send(parcel("webhook", f"{receiver.address}/hook"))
    assert [got.path for got in receiver.got] == ["/hook"]


@pytest.mark.parametrize("url", ["ftp://receiver.example/", "receiver.example", "http://", "http://u:p@receiver.example/",
                                 "http://127.0.0.1/", "http://[::1]/", "http://localhost:8000/", "http://x:99999/",
                                 "http://receiver.example/#a"])
def test_an_address_that_cannot_be_used_is_refused_with_its_field(url: str) -> None:
    from governance.errors import InvalidField

    with pytest.raises(InvalidField) as told:
        check_url(url, private=False)
    assert told.value.problems[0].field == "url"


def test_addresses_that_can_be_used() -> None:
    check_url("https://receiver.example/wangge?x=1", private=False)
    check_url("http://10.0.0.8:8080/hook", private=True)


# ---- words ---------------------------------------------------------------------------------------------------------

def test_several_notices_are_one_list_and_what_has_no_room_is_counted() -> None:
    many = parcel("sms", "1", *(f"请核查: 20260303{n:08}" for n in range(50)))
    text = text_of(many, 400)
    assert text.startswith("您有 50 条通知:\n1. 请核查: 2026030300000000\n2. ")
    shown = text.count("请核查")
    assert text.endswith(f"另有 {50 - shown} 条, 请登录查看")
    assert len(text.encode()) <= 400
    assert text_of(parcel("sms", "1", "a", "b", language="en"), 400) == "2 notices:\n1. a\n2. b"


def test_a_long_text_is_cut_between_characters() -> None:
    assert cut("网格网格", 12) == "网格网格"
    assert cut("网格网格", 11) == "网格…"
    assert text_of(parcel("sms", "1", "网" * 1000), 30) == "网" * 9 + "…"


def test_what_is_kept_of_a_failure_holds_no_secret() -> None:
    assert cleaned("bad key k3y\n for 13812348000", "k3y", "") == "bad key *** for 138****8000"
    assert mask_phones("请联系13812348000或 15900001234。") == "请联系138****8000或 159****1234。"
    assert mask_phones("2026030300000007") == "2026030300000007"


def test_the_secrets_of_the_settings_are_not_printed() -> None:
    settings = Settings(_env_file=None, mail_url="mailto://a:hush@h", sms_url="http://hush", sms_secret="hush",
                        wecom_secret="hush")
    assert "hush" not in repr(settings) + str(settings)
