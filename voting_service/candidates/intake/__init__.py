"""A campaign from a folder, on the desk: staged, read, foreseen, confirmed; and its plain parts in a form."""
