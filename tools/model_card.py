def model_toml(*a):
    return ""
