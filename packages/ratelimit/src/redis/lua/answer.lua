return text
