"""Award (表彰): certificates that can be verified, thank-you and result texts, the closing archive."""
