"""The pages, a folder for each noun. docs/how-to/add-a-page.md says how to add one."""
