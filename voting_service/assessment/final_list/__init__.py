"""The final list (最终名单): seats and reserve drawn up from a closed worksheet, put to the committee, confirmed by a second person."""
