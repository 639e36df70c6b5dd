"""The staff's web app: thin routes by noun, server-rendered pages, sign-in."""
