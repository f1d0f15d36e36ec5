# SPDX-License-Identifier: Apache-2.0
"""Secrets made at run time after the public definitions of their formats. Nothing here knows the scanner's rules."""

import base64
import binascii
import json
import string

DIGIT, LOWER, UPPER = string.digits, string.ascii_lowercase, string.ascii_uppercase
ALNUM, HEX = DIGIT + UPPER + LOWER, "0123456789abcdef"
URL64, STD64 = ALNUM + "-_", ALNUM + "+/"
BASE32, BASE58 = UPPER + "234567", "123456789ABCDEFGHJKLMNPQRSTUVWXYZabcdefghijkmnopqrstuvwxyz"


def of(r, letters, count):
    return "".join(r.choice(letters) for _ in range(count))


def uuid(r):
    h = of(r, HEX, 32)
    return f"{h[:8]}-{h[8:12]}-4{h[13:16]}-{r.choice('89ab')}{h[17:20]}-{h[20:]}"


def base62_crc(text, letters=ALNUM):
    number, out = binascii.crc32(text.encode()), ""
    while number:
        number, rest = divmod(number, 62)
        out = letters[rest] + out
    return out.rjust(6, letters[0])


def github(r, prefix):
    body = of(r, ALNUM, 30)
    return prefix + body + base62_crc(body)


def doorward(r, kind):
    text = f"dw_{kind}_" + of(r, ALNUM, 32)
    return text + base62_crc(text)


def segment(value):
    return base64.urlsafe_b64encode(json.dumps(value, separators=(",", ":")).encode()).decode().rstrip("=")


def jwt(r, claims):
    return ".".join([segment({"alg": "HS256", "typ": "JWT"}), segment(claims), of(r, URL64, 43)])


def pem(r, kind):
    """A key of the right outline: DER's first bytes, then noise."""
    heads = {"RSA PRIVATE KEY": b"\x30\x82\x04\xa3\x02\x01\x00\x02\x82\x01\x01\x00",
             "PRIVATE KEY": b"\x30\x82\x04\xbd\x02\x01\x00\x30\x0d\x06\x09\x2a\x86\x48\x86\xf7\x0d\x01\x01\x01\x05\x00\x04\x82\x04\xa7",
             "EC PRIVATE KEY": b"\x30\x77\x02\x01\x01\x04\x20",
             "OPENSSH PRIVATE KEY": b"openssh-key-v1\x00\x00\x00\x00\x04none\x00\x00\x00\x04none\x00\x00\x00\x00\x00\x00\x00\x01\x00\x00\x00\x33"}
    sizes = {"RSA PRIVATE KEY": 1191, "PRIVATE KEY": 1217, "EC PRIVATE KEY": 121, "OPENSSH PRIVATE KEY": 400}
    head = heads[kind]
    body = base64.b64encode(head + bytes(r.randrange(256) for _ in range(sizes[kind] - len(head)))).decode()
    lines = [body[i:i + 64] for i in range(0, len(body), 64)]
    return "\n".join([f"-----BEGIN {kind}-----", *lines, f"-----END {kind}-----"])


# name -> (usual variable, maker). Each has a form of its own.
PROVIDER = {
    "aws-id": ("AWS_ACCESS_KEY_ID", lambda r: "AKIA" + r.choice("456") + of(r, BASE32, 15)),
    "openai": ("OPENAI_API_KEY", lambda r: "sk-proj-" + of(r, URL64, 74) + "T3Blbk" + "FJ" + of(r, URL64, 74)),
    "openai-old": ("OPENAI_KEY", lambda r: "sk-" + of(r, ALNUM, 20) + "T3Blbk" + "FJ" + of(r, ALNUM, 20)),
    "anthropic": ("ANTHROPIC_API_KEY", lambda r: "sk-ant-api03-" + of(r, URL64, 93) + "AA"),
    "google": ("GOOGLE_API_KEY", lambda r: "AIza" + "Sy" + of(r, URL64, 33)),
    "google-oauth": ("GOOGLE_CLIENT_SECRET", lambda r: "GOCSPX-" + of(r, URL64, 28)),
    "groq": ("GROQ_API_KEY", lambda r: "gsk_" + of(r, ALNUM, 52)),
    "huggingface": ("HF_TOKEN", lambda r: "hf_" + of(r, UPPER + LOWER, 34)),
    "replicate": ("REPLICATE_API_TOKEN", lambda r: "r8_" + of(r, ALNUM, 37)),
    "xai": ("XAI_API_KEY", lambda r: "xai-" + of(r, ALNUM, 80)),
    "perplexity": ("PPLX_API_KEY", lambda r: "pplx-" + of(r, ALNUM, 48)),
    "openrouter": ("OPENROUTER_API_KEY", lambda r: "sk-or-v1-" + of(r, HEX, 64)),
    "nvidia": ("NVIDIA_API_KEY", lambda r: "nvapi-" + of(r, URL64, 64)),
    "databricks": ("DATABRICKS_TOKEN", lambda r: "dapi" + of(r, HEX, 32)),
    "langsmith": ("LANGCHAIN_API_KEY", lambda r: "lsv2_pt_" + of(r, HEX, 32) + "_" + of(r, HEX, 10)),
    "github": ("GITHUB_TOKEN", lambda r: github(r, r.choice(["ghp_", "gho_", "ghs_", "ghu_"]))),
    "github-fine": ("GH_TOKEN", lambda r: "github_pat_" + of(r, ALNUM, 22) + "_" + of(r, ALNUM, 59)),
    "gitlab": ("GITLAB_TOKEN", lambda r: "glpat-" + of(r, URL64, 20)),
    "gitlab-runner": ("CI_RUNNER_TOKEN", lambda r: "glrt-" + of(r, URL64, 20)),
    "npm": ("NPM_TOKEN", lambda r: github(r, "npm_")),
    "pypi": ("TWINE_PASSWORD", lambda r: "pypi-" + base64.urlsafe_b64encode(
        b"\x02\x01\x08pypi.org\x02\x24" + uuid(r).encode() + b"\x00" + bytes(r.randrange(256) for _ in range(60))).decode().rstrip("=")),
    "rubygems": ("GEM_HOST_API_KEY", lambda r: "rubygems_" + of(r, HEX, 48)),
    "dockerhub": ("DOCKERHUB_TOKEN", lambda r: "dckr_pat_" + of(r, URL64, 27)),
    "slack-bot": ("SLACK_BOT_TOKEN", lambda r: f"xoxb-{of(r, DIGIT, 12)}-{of(r, DIGIT, 13)}-{of(r, ALNUM, 24)}"),
    "slack-user": ("SLACK_TOKEN", lambda r: f"xoxp-{of(r, DIGIT, 12)}-{of(r, DIGIT, 12)}-{of(r, DIGIT, 13)}-{of(r, HEX, 32)}"),
    "slack-app": ("SLACK_APP_TOKEN", lambda r: f"xapp-1-A{of(r, DIGIT + UPPER, 10)}-{of(r, DIGIT, 13)}-{of(r, HEX, 64)}"),
    "slack-hook": ("SLACK_WEBHOOK_URL", lambda r: "https://hooks.slack.com/" + f"services/T{of(r, DIGIT + UPPER, 10)}/B{of(r, DIGIT + UPPER, 10)}/{of(r, ALNUM, 24)}"),
    "discord-hook": ("DISCORD_WEBHOOK", lambda r: "https://discord.com/api/" + f"webhooks/{of(r, '123456789', 1)}{of(r, DIGIT, 17)}/{of(r, URL64, 68)}"),
    "discord-bot": ("DISCORD_TOKEN", lambda r: base64.b64encode(("1" + of(r, DIGIT, 17)).encode()).decode() + "." + of(r, URL64, 6) + "." + of(r, URL64, 38)),
    "telegram": ("TELEGRAM_BOT_TOKEN", lambda r: f"{of(r, '123456789', 1)}{of(r, DIGIT, 9)}:AA{of(r, URL64, 33)}"),
    "stripe": ("STRIPE_SECRET_KEY", lambda r: "sk_" + "live_" + of(r, ALNUM, 24)),
    "stripe-long": ("STRIPE_API_KEY", lambda r: "sk_" + "live_51" + of(r, ALNUM, 97)),
    "stripe-restricted": ("STRIPE_RESTRICTED_KEY", lambda r: "rk_" + "live_" + of(r, ALNUM, 24)),
    "stripe-hook": ("STRIPE_WEBHOOK_SECRET", lambda r: "whsec_" + of(r, ALNUM, 32)),
    "square": ("SQUARE_ACCESS_TOKEN", lambda r: "EAAA" + of(r, URL64, 60)),
    "braintree": ("BRAINTREE_TOKEN", lambda r: f"access_token$production${of(r, DIGIT + LOWER, 16)}${of(r, HEX, 32)}"),
    "razorpay": ("RAZORPAY_KEY", lambda r: "rzp_live_" + of(r, ALNUM, 14)),
    "sendgrid": ("SENDGRID_API_KEY", lambda r: "SG." + of(r, URL64, 22) + "." + of(r, URL64, 43)),
    "mailgun": ("MAILGUN_API_KEY", lambda r: "key-" + of(r, HEX, 32)),
    "mailchimp": ("MAILCHIMP_API_KEY", lambda r: of(r, HEX, 32) + "-us" + str(r.randrange(1, 22))),
    "brevo": ("BREVO_API_KEY", lambda r: "xkeysib-" + of(r, HEX, 64) + "-" + of(r, ALNUM, 16)),
    "resend": ("RESEND_API_KEY", lambda r: "re_" + of(r, ALNUM, 8) + "_" + of(r, ALNUM, 24)),
    "twilio": ("TWILIO_API_KEY", lambda r: "SK" + of(r, HEX, 32)),
    "shopify": ("SHOPIFY_ACCESS_TOKEN", lambda r: "shpat_" + of(r, HEX, 32)),
    "shopify-secret": ("SHOPIFY_API_SECRET", lambda r: "shpss_" + of(r, HEX, 32)),
    "hubspot": ("HUBSPOT_TOKEN", lambda r: "pat-na1-" + uuid(r)),
    "linear": ("LINEAR_API_KEY", lambda r: "lin_api_" + of(r, ALNUM, 40)),
    "notion": ("NOTION_TOKEN", lambda r: "ntn_" + of(r, DIGIT, 11) + of(r, ALNUM, 35)),
    "figma": ("FIGMA_TOKEN", lambda r: "figd_" + of(r, URL64, 40)),
    "typeform": ("TYPEFORM_TOKEN", lambda r: "tfp_" + of(r, ALNUM, 44) + "_" + of(r, ALNUM, 14)),
    "postman": ("POSTMAN_API_KEY", lambda r: "PMAK-" + of(r, HEX, 24) + "-" + of(r, HEX, 34)),
    "airtable": ("AIRTABLE_TOKEN", lambda r: "pat" + of(r, ALNUM, 14) + "." + of(r, HEX, 64)),
    "digitalocean": ("DIGITALOCEAN_TOKEN", lambda r: "dop_v1_" + of(r, HEX, 64)),
    "alibaba": ("ALIBABA_ACCESS_KEY_ID", lambda r: "LTAI" + of(r, ALNUM, 20)),
    "azure-storage": ("AZURE_STORAGE_CONNECTION_STRING", lambda r: "DefaultEndpointsProtocol=https;AccountName=" + of(r, LOWER, 10) + ";AccountKey="
                      + base64.b64encode(bytes(r.randrange(256) for _ in range(64))).decode() + ";EndpointSuffix=core.windows.net"),
    "azure-client": ("AZURE_CLIENT_SECRET", lambda r: of(r, ALNUM, 3) + "8Q~" + of(r, ALNUM + "_-.~", 34)),
    "grafana": ("GRAFANA_TOKEN", lambda r: (lambda b: f"glsa_{b}_{binascii.crc32(b.encode()):08x}")(of(r, ALNUM, 32))),
    "newrelic": ("NEW_RELIC_API_KEY", lambda r: "NRAK-" + of(r, DIGIT + UPPER, 27)),
    "vault": ("VAULT_TOKEN", lambda r: "hvs." + of(r, URL64, 95)),
    "terraform": ("TFE_TOKEN", lambda r: of(r, ALNUM, 14) + ".atlasv1." + of(r, ALNUM, 67)),
    "pulumi": ("PULUMI_ACCESS_TOKEN", lambda r: "pul-" + of(r, HEX, 40)),
    "doppler": ("DOPPLER_TOKEN", lambda r: "dp.pt." + of(r, ALNUM, 43)),
    "tailscale": ("TS_AUTHKEY", lambda r: "tskey-auth-" + of(r, ALNUM, 17) + "-" + of(r, ALNUM, 32)),
    "netlify": ("NETLIFY_AUTH_TOKEN", lambda r: "nfp_" + of(r, ALNUM, 36)),
    "planetscale": ("PLANETSCALE_PASSWORD", lambda r: "pscale_pw_" + of(r, URL64, 43)),
    "supabase": ("SUPABASE_ACCESS_TOKEN", lambda r: "sbp_" + of(r, HEX, 40)),
    "supabase-role": ("SUPABASE_SERVICE_ROLE_KEY", lambda r: jwt(r, {"iss": "supabase", "ref": of(r, LOWER, 20), "role": "service_role",
                      "iat": 1700000000 + r.randrange(9999999), "exp": 2015000000 + r.randrange(9999999)})),
    "pinecone": ("PINECONE_API_KEY", lambda r: "pcsk_" + of(r, ALNUM, 6) + "_" + of(r, ALNUM, 63)),
    "atlassian": ("JIRA_API_TOKEN", lambda r: "ATATT3xFfGF0" + of(r, URL64, 171) + "=" + of(r, HEX.upper(), 8)),
    "sentry": ("SENTRY_AUTH_TOKEN", lambda r: "sntryu_" + of(r, HEX, 64)),
    "facebook": ("FB_PAGE_TOKEN", lambda r: "EAA" + of(r, ALNUM, 150)),
    "doorward": ("DOORWARD_KEY", lambda r: doorward(r, "sk")),
    "postgres": ("DATABASE_URL", lambda r: f"postgres://{r.choice(['app', 'shop', 'billing'])}:{of(r, ALNUM, r.randrange(10, 24))}@db{r.randrange(9)}.{r.choice(['acme-internal', 'northwind-prod'])}.net:5432/{of(r, LOWER, 6)}"),
    "mongodb": ("MONGO_URL", lambda r: f"mongodb+srv://{of(r, LOWER, 7)}:{of(r, ALNUM, r.randrange(10, 24))}@cluster0.{of(r, LOWER + DIGIT, 5)}.mongodb.net/app"),
    "redis": ("REDIS_URL", lambda r: f"redis://default:{of(r, ALNUM, 32)}@cache-{r.randrange(99)}.northwind-prod.net:6379/0"),
    "amqp": ("AMQP_URL", lambda r: f"amqps://{of(r, LOWER, 8)}:{of(r, URL64, 32)}@rabbit.acme-internal.net/{of(r, LOWER, 8)}"),
    "basic-auth": ("UPSTREAM", lambda r: f"https://deploy:{of(r, ALNUM, 20)}@artifacts.acme-internal.net/repo/"),
    # No form of their own, but the provider's name stands in the variable.
    "aws-secret": ("AWS_SECRET_ACCESS_KEY", lambda r: of(r, STD64, 40)),
    "cloudflare": ("CLOUDFLARE_API_TOKEN", lambda r: of(r, URL64, 40)),
    "cohere": ("COHERE_API_KEY", lambda r: of(r, ALNUM, 40)),
    "mistral": ("MISTRAL_API_KEY", lambda r: of(r, ALNUM, 32)),
    "datadog": ("DATADOG_API_KEY", lambda r: of(r, HEX, 32)),
    "algolia": ("ALGOLIA_ADMIN_KEY", lambda r: of(r, HEX, 32)),
    "twilio-auth": ("TWILIO_AUTH_TOKEN", lambda r: of(r, HEX, 32)),
    "postmark": ("POSTMARK_SERVER_TOKEN", uuid),
    "heroku": ("HEROKU_API_KEY", uuid),
    "vercel": ("VERCEL_TOKEN", lambda r: of(r, ALNUM, 24)),
    "azure-openai": ("AZURE_OPENAI_API_KEY", lambda r: of(r, HEX, 32)),
}
BLOCKS = {kind: (lambda r, kind=kind: pem(r, kind)) for kind in ["RSA PRIVATE KEY", "PRIVATE KEY", "EC PRIVATE KEY", "OPENSSH PRIVATE KEY"]}

# Publishable by design: a page may carry them, so they are look-alikes.
PUBLIC = {
    "stripe": ("STRIPE_PUBLISHABLE_KEY", lambda r: "pk_" + "live_" + of(r, ALNUM, 24)),
    "doorward": ("DOORWARD_PUBLIC_KEY", lambda r: doorward(r, "pk")),
    "supabase-anon": ("SUPABASE_ANON_KEY", lambda r: jwt(r, {"iss": "supabase", "ref": of(r, LOWER, 20), "role": "anon", "iat": 1700000000, "exp": 2015000000})),
    "sentry-dsn": ("SENTRY_DSN", lambda r: f"https://{of(r, HEX, 32)}@o{of(r, DIGIT, 6)}.ingest.sentry.io/{of(r, DIGIT, 7)}"),
    "posthog": ("POSTHOG_KEY", lambda r: "phc_" + of(r, ALNUM, 43)),
    "mapbox": ("MAPBOX_TOKEN", lambda r: "pk." + segment({"u": of(r, LOWER, 8), "a": "c" + of(r, DIGIT + LOWER, 24)}) + "." + of(r, URL64, 22)),
}

WORDS = ("summer winter dragon falcon purple copper london berlin coffee garden silver rocket monkey castle bridge "
         "shadow tiger orange planet marble anchor velvet harbor").split()


def human_password(r):
    word = r.choice(WORDS)
    return r.choice([
        lambda: word.capitalize() + str(r.randrange(1990, 2027)) + r.choice("!#?*"),
        lambda: word + r.choice("-_.") + r.choice(WORDS) + str(r.randrange(10, 9999)),
        lambda: word.translate(str.maketrans("aeios", "43105")).capitalize() + r.choice("!@#") + str(r.randrange(10, 999)),
        lambda: word.capitalize() + "@" + str(r.randrange(100, 9999)),
    ])()


def random_password(r):
    return of(r, ALNUM + "!#%*+-_.?^~", r.randrange(12, 28))


GENERIC = {
    "human": human_password,
    "random": random_password,
    "hex": lambda r: of(r, HEX, r.choice([32, 40, 64])),
    "base64": lambda r: base64.b64encode(bytes(r.randrange(256) for _ in range(r.choice([24, 32, 48])))).decode(),
    "alnum": lambda r: of(r, ALNUM, r.randrange(20, 48)),
    "url64": lambda r: of(r, URL64, r.randrange(24, 44)),
}
