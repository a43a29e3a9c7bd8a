"""The officials' side: taking up or declining, assigning, asking, finding, ruling, replying."""
