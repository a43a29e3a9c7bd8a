"""A stand-in for WeChat's platform, for learning and tests: no account, no network, nothing of the service.

What it does as the platform does, and what it does not, is in ``BEHAVIOUR.md``. Start it with
``python -m tools.wechat_platform``. Everything it knows is in memory and gone when it ends.

Imports lead one way: what is remembered (``codes``, ``base_tokens``, ``chats`` …) → ``platform``, which holds all of
it → the handlers (``oauth``, ``sns``, ``base``, ``followers``, ``js_sdk``, ``control``, ``console``) → ``app``, which
gives each its address → ``__main__``.
"""
