"""WeChat: login, tickets, page signatures, messages. The only room that calls the platform."""
