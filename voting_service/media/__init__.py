"""What leads people to the pages from elsewhere: embeds, descriptions for other programs, feed, posters, the media kit."""
