"""Rows for every table of a database of the release of 25 November (revision 0009)."""

from typing import Any

AT, LATER = "2026-11-25 10:00:00.000000", "2026-11-25 10:02:00.000000"
SEALED = b"\x00\x01sealed\xff"
# Every name that a policy of that release has.
POLICY = """{"version": 1, "score_min": 0.41, "grey_low": 0.25, "grey_high": 0.55, "cohort_margin": 0.05,
"same_face_min": 0.3, "pad_required": true, "pad_min": 0.5, "pad_low_min": 0.1, "bezel_max": 1.0,
"colour_required": false, "colour_p_max": 0.01, "gap_max_ms": 1000, "frozen_max_ms": 1000,
"loop_max_ms": 1500, "repeated_max": 2, "duration_min_ms": 1500, "rate_min": 2.5, "motion_min": 5,
"evidence_min": 2, "similar_run": 3, "similar_bits": 3, "similar_movement_ms": 2000, "action_count": 2,
"action_pool": ["turn_left", "turn_right", "nod", "open_mouth"], "evidence_count": 5, "colour_count": 4,
"presence_code": "off", "agent_checks": "off", "agent_quota": 3}"""

# Table by table, parents first: the columns and the rows. An agent passes at ins_1 by push; at ins_2, where
# WeChat films, a face fails and its owner appeals; a third purchase is open, its message still to be sent.
# The deliveries are in every state that release knows.
HISTORY: dict[str, tuple[str, list[tuple[Any, ...]]]] = {
    "institution": (
        "id name api_key_hash webhook_secret webhook_networks provider window_s created_at sandbox"
        " popup_origins popup_scheme",
        [
            (
                "ins_1",
                "一号药店",
                "k1",
                SEALED,
                '["10.0.0.0/8"]',
                "own",
                120,
                AT,
                False,
                '["https://a"]',
                "yb",
            ),
            ("ins_2", "二号诊所", "k2", SEALED, "[]", "wechat", 90, AT, True, "[]", None),
        ],
    ),
    "staff": (
        "id institution_id openid_index name created_at revoked_at id_index counters shifts code_index"
        " code_expires_at",
        [
            ("stf_1", "ins_1", "o9", SEALED, AT, LATER, "i9", '["1号台"]', '["08:00-20:00"]', None, None),
            ("stf_2", "ins_2", None, SEALED, AT, None, None, "[]", "[]", "c2", LATER),
        ],
    ),
    "person": (
        "id id_type id_number id_index name sex birth created_at deleted_at",
        [
            ("per_1", "resident", SEALED, "i1", SEALED, "male", "1950-01-31", AT, None),
            ("per_2", "passport", SEALED, "i2", SEALED, None, None, AT, LATER),
        ],
    ),
    "tombstone": ("id_index created_at", [("i3", AT)]),
    "enrolment": (
        "id person_id photo_key photo_sha256 templates created_at revoked_at",
        [
            ("enr_1", "per_1", "photos/1", "s1", SEALED, AT, None),
            ("enr_2", "per_1", "photos/1", "s1", SEALED, AT, LATER),
        ],
    ),
    "family_link": (
        "id person_id relative_id network relation",
        [("fam_1", "per_1", "per_2", "family_share", "child")],
    ),
    "binding": (
        "id person_id openid openid_index subscribed created_at revoked_at proof",
        [
            ("bnd_1", "per_1", SEALED, "o1", True, AT, None, "till"),
            ("bnd_2", "per_2", SEALED, "o2", False, AT, LATER, "claimed"),
        ],
    ),
    "verification": (
        "id institution_id order_no amount_fen counter cashier_id cashier_name cardholder_id credential"
        " notify_url state version created_at expires_at ended_at popup_hash receipt receipt_jti last_seq"
        " head"
        " popup_holder",
        [
            ("ver_1", "ins_1", "A1", 100, "1号台", "c1", SEALED, "per_1", SEALED, "https://a/hook", "passed")
            + (3, AT, LATER, LATER, "p1", "eyJ.e.s", "jti_1", 2, "h2", "b1"),
            ("ver_2", "ins_2", "A1", 5, "2", "c2", SEALED, "per_2", None, None, "appealed")
            + (2, AT, LATER, LATER, "p2", None, None, 1, "h1", None),
            ("ver_3", "ins_2", "A2", 5, "2", "c2", SEALED, "per_1", None, None, "open")
            + (1, AT, LATER, None, "p3", None, None, 1, "h1", None),
        ],
    ),
    "attempt": (
        "id verification_id number scene channel person_id relation listed owner_index presence_code"
        " presence_tries state version created_at expires_at window_s challenge_expires_at tries blanks"
        " extended"
        " failed_at appealable reason captured_at provider glasses checks",
        [
            (
                "att_1",
                "ver_1",
                1,
                "s1",
                "push",
                "per_2",
                "child",
                True,
                "o2",
                "0420",
                1,
                "passed",
                5,
                AT,
                LATER,
            )
            + (120, LATER, 1, 1, True, None, False, None, LATER, "own", True, '{"agent": true}'),
            ("att_2", "ver_2", 1, "s2", "qr", "per_2", "self", True, "o2", None, 0, "appealed", 6, AT, LATER)
            + (90, None, 3, 0, False, LATER, True, "not_matched", LATER, "wechat", False, None),
            ("att_3", "ver_3", 1, "s3", "push", None, None, False, None, None, 0, "waiting", 1, AT, LATER)
            + (90, None, 0, 0, False, None, False, None, None, "wechat", False, None),
        ],
    ),
    "consent": (
        "id attempt_id person_id openid_index channel notice_version granted created_at withdrawn_at",
        [
            ("con_1", "att_1", "per_2", "o2", "push", "2026-11", True, AT, LATER),
            ("con_2", "att_2", None, "o2", "qr", "2026-11", False, AT, None),
        ],
    ),
    "challenge": (
        "id attempt_id number actions colours evidence_at_ms policy_version device swapped created_at"
        " expires_at",
        [
            ("chl_1", "att_1", 1, '["nod"]', '[{"colour": "red", "at_ms": 0}]', "[300, 900]", 1, "HUAWEI")
            + (True, AT, LATER),
            ("chl_2", "att_2", 1, "[]", "[]", "[]", 1, None, False, AT, LATER),
        ],
    ),
    "capture": (
        "challenge_id first_at frames bytes late_ms deleted_at",
        [("chl_1", AT, 2, 9000, 40, None), ("chl_2", AT, 0, 0, 0, LATER)],
    ),
    "frame": (
        "challenge_id seq t_ms kind mirrored sha256 observation file_key",
        [
            ("chl_1", 0, 0, "preview", False, "f0", SEALED, None),
            ("chl_1", 1, 300, "evidence", True, "f1", SEALED, "frames/1"),
        ],
    ),
    "seen_frame": (
        "id sha256 phash challenge_id seq person_id institution_id seen_at t_ms movement",
        [
            (1, "f0", "00ff00ff00ff00ff", "chl_1", 0, "per_2", "ins_1", AT, 0, "[0.5, -0.25]"),
            (2, "f1", "", "chl_1", 1, None, "ins_1", AT, 300, None),
        ],
    ),
    "decision": (
        "challenge_id attempt_id person_id outcome reason hint counted report policy_version created_at",
        [
            ("chl_1", "att_1", "per_2", "passed", "ok", None, True, SEALED, 1, LATER),
            ("chl_2", "att_2", None, "failed", "not_matched", "light", True, None, 1, LATER),
        ],
    ),
    "native_check": (
        "challenge_id out_seq_no verify_id openid verify_ret created_at",
        [("chl_2", "n1", SEALED, SEALED, 10000, AT)],
    ),
    "appeal": (
        "id attempt_id verification_id institution_id person_id openid_index cashier_id counter reason"
        " statement"
        " photo_keys state version created_at reviewed_at reviewer note",
        [
            ("apl_1", "att_2", "ver_2", "ins_2", "per_2", "o2", "c2", "2", "photo_outdated", SEALED)
            + ('["appeals/1"]', "upheld", 2, AT, LATER, "王一", SEALED),
        ],
    ),
    "agency": (
        "id verification_id attempt_id cardholder_id agent_id relation related result month created_at"
        " disputed_at"
        " statement finding concluded_at reviewer note",
        [
            ("agn_1", "ver_1", "att_1", "per_1", "per_2", "child", True, "passed", "2026-11", AT, LATER)
            + (SEALED, "authorised", LATER, "王一", SEALED),
        ],
    ),
    "redemption": (
        "jti verification_id settlement_no amount_fen created_at",
        [("jti_1", "ver_1", "S1", 100, LATER)],
    ),
    "event": (
        "id verification_id seq type created_at public private salt commitment hash",
        [
            (1, "ver_1", 1, "verification.created", AT, '{"state": "open"}', None, None, "m1", "h1"),
            (2, "ver_1", 2, "verification.passed", LATER, "{}", SEALED, SEALED, "m2", "h2"),
            (3, "ver_2", 1, "verification.created", AT, "{}", None, None, "m1", "h1"),
            (4, "ver_3", 1, "verification.created", AT, "{}", None, None, "m1", "h1"),
        ],
    ),
    "delivery": (
        "id kind verification_id attempt_id event_id state tries created_at next_at error last_status"
        " last_at",
        [
            ("dlv_1", "webhook", "ver_1", None, 1, "delivered", 1, AT, AT, None, 200, LATER),
            ("dlv_2", "webhook", "ver_1", None, 2, "pending", 0, AT, AT, None, None, None),
            ("dlv_3", "webhook", "ver_2", None, 3, "retry", 2, AT, LATER, "HTTP 500", 500, LATER),
            ("dlv_4", "push", "ver_3", "att_3", None, "sending", 1, AT, LATER, None, None, None),
            ("dlv_5", "push", "ver_1", "att_1", None, "unknown", 1, AT, LATER, None, None, None),
            ("dlv_6", "notice", "ver_1", "att_1", None, "dropped", 0, AT, AT, None, None, None),
            ("dlv_7", "sandbox", "ver_2", "att_2", None, "dead", 9, AT, AT, "gone", None, None),
        ],
    ),
    "till_code": ("verification_id code_index expires_at binding_id", [("ver_3", "t3", LATER, "bnd_1")]),
    "idempotency": (
        "institution_id path key body_sha256 status answer created_at",
        [("ins_1", "/v1/verifications", "A1", "b1", 201, SEALED, AT)],
    ),
    "lookup": (
        "institution_id counter day asked missed",
        [
            ("ins_1", "1/2号台", "2026-11-25", 4, 3),
            ("till_code", "per_1", "2026-11-25", 2, 2),
            ("phone", "o1", "2026-11-25", 1, 0),
        ],
    ),
    "miss": ("id institution_id counter at", [(1, "ins_1", "1/2号台", AT)]),
    "policy": (
        "version document author approver created_at approved_at",
        [(1, POLICY, "王一", "李二", AT, AT), (2, POLICY, "王一", None, LATER, None)],
    ),
    "session": ("token_hash openid openid_index expires_at", [("th1", SEALED, "o1", LATER)]),
    "signing_key": ("kid private public created_at sandbox", [("kid_1", SEALED, '{"kty": "EC"}', AT, False)]),
    "provider_token": ("appid token expires_at fetching_until", [("wx1", SEALED, LATER, AT)]),
    "callback_nonce": ("nonce body_sha256 seen_at", [("nonce", "b1", AT)]),
    "subscription_fact": (
        "id openid_index template_id identity kind msg_id happened_at created_at",
        [(1, "o1", "tpl", "popup:1", "accepted", "m1", AT, AT)],
    ),
}
