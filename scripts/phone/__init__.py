"""A phone in the browser: the built mini-program, served beside the application and WeChat's simulator."""
