"""The media kit: photos, texts, codes and whatever rooms make for printing, in one zip."""
