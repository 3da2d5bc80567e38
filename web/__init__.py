"""The pages, and the `hours` command line: what people meet of their time bank.

`app` puts everything together. A request passes the `doors` (host, forms from elsewhere, who is asking: `visitors`) and the
line of `authorisation` that its page has, then a function in `pages` asks the ledger or a read model and shows a template
in the `frame`. `forms` read what people typed, `words` say everything in the reader's language, `errors` are pages, too.
`sign_in` lets members in without passwords.
"""
