"""Tags of a C2PA manifest (C2PA Technical Specification 2.2). The numbers are this tool's own."""

C2PA = {
    1: "Manifest",
    2: "Active Manifest",
    3: "Claim Generator",
    4: "Claim Generator Info",
    5: "Title",
    6: "Format",
    7: "Instance ID",
    8: "Actions",
    9: "Digital Source Type",
    10: "Software Agent",
    11: "Action When",
    12: "Ingredients",
    13: "Author",
    14: "Assertions",
    15: "Signer",
    16: "Signer Issuer",
    17: "Signer Serial Number",
    18: "Signer Valid From",
    19: "Signer Valid To",
    20: "Signature Algorithm",
    21: "Time Stamp",
    22: "Redacted Assertions",
}

# COSE algorithms (RFC 9053 and 9864), as far as the specification allows them.
ALGORITHMS = {
    -7: "ES256",
    -35: "ES384",
    -36: "ES512",
    -37: "PS256",
    -38: "PS384",
    -39: "PS512",
    -8: "EdDSA",
}
