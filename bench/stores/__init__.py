"""How a large store is read, changed and searched: three million sessions, one million of them one subscriber's."""
