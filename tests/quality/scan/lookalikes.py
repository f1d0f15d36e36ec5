# SPDX-License-Identifier: Apache-2.0
"""What looks like a secret and is none: values for an assignment, by what a person would call them."""

import base64
import hashlib

from formats import ALNUM, DIGIT, HEX, LOWER, PUBLIC, UPPER, URL64, of, uuid

PREFIXES = ["AKIA", "sk-proj-", "sk-ant-api03-", "ghp_", "glpat-", "xoxb-", "sk_" + "live_", "SG.", "hf_", "gsk_", "npm_", "dop_v1_", "shpat_", "AIza"]


def digest(r, name):
    return hashlib.new(name, str(r.random()).encode()).hexdigest()


def sri(r):
    return "sha512-" + base64.b64encode(hashlib.sha512(str(r.random()).encode()).digest()).decode()


# (names, maker): the names are those that really carry such values.
TUNE = [
    (["api_key", "secret_key", "auth_token", "password"], lambda r: r.choice(["your-api-key-here", "your_secret_here", "YOUR_API_KEY", "<your-token>", "changeme", "change-me-please",
                                                                           "xxxxxxxxxxxxxxxx", "XXXXXXXX-XXXX-XXXX", "****************", "replace_me", "TODO", "insert-key-here"])),
    (["github_token", "openai_api_key", "stripe_key", "slack_token"], lambda r: r.choice(PREFIXES) + r.choice(["x" * 24, "X" * 16, "your-key-here", "...", "EXAMPLE" * 3, "1234567890abcdef" * 2, "<redacted>"])),
    (["api_key", "db_password", "client_secret"], lambda r: r.choice(["${API_KEY}", "${env:DB_PASSWORD}", "{{ .Values.secret }}", "{{ vault_db_password }}", "%DB_PASSWORD%", "$(SECRET)", "$API_TOKEN", "@Microsoft.KeyVault(SecretUri=https://x)"])),
    (["commit", "revision", "git_sha", "build_id"], lambda r: digest(r, "sha1")),
    (["md5", "etag", "checksum", "content_hash"], lambda r: digest(r, "md5")),
    (["sha256", "digest", "image_digest"], lambda r: "sha256:" + digest(r, "sha256")),
    (["integrity"], sri),
    (["request_id", "user_id", "tenant_id", "trace_id", "account_uuid"], uuid),
    (["password_field", "token_type", "secret_name", "key_name", "auth_header"], lambda r: r.choice(["user_password", "bearer", "prod/db/main", "primary", "X-Auth-Token", "Authorization"])),
    (["password_label", "password_hint", "forgot_password", "reset_password_title"], lambda r: r.choice(["Enter your password", "Forgot your password?", "Password must have at least 8 characters", "Passwort vergessen"])),
    (["tokenizer", "token_model", "keyboard_layout", "author", "keywords"], lambda r: r.choice(["cl100k_base", "sentencepiece-unigram-v2", "qwertz-de-nodeadkeys", "Jordan Miller", "chat,leads,b2b,automation"])),
    (["public_key", "site_key", "publishable_key"], lambda r: r.choice(list(PUBLIC.values()))[1](r)),
    (["icon", "logo", "image_data"], lambda r: "data:image/png;base64," + base64.b64encode(b"\x89PNG\r\n\x1a\n" + bytes(r.randrange(256) for _ in range(90))).decode()),
    (["password", "secret"], lambda r: r.choice(["password", "secret", "string", "null", "none", "true", "test", "hidden", "required"])),
    (["session_class", "auth_provider", "credentials_provider"], lambda r: r.choice(["com.example.auth.SessionTokenProvider", "DefaultAWSCredentialsProviderChain", "PasswordAuthenticationFilter"])),
    (["token_url", "auth_url", "secrets_path", "key_file"], lambda r: r.choice(["https://login.example.com/oauth2/token", "/run/secrets/db_password", "/etc/ssl/private/server.key", "./certs/client-key.pem", "vault:secret/data/app#password"])),
    (["color", "background", "accent"], lambda r: "#" + of(r, HEX, 6)),
    (["version", "release", "max_tokens", "key_count"], lambda r: f"{r.randrange(9)}.{r.randrange(30)}.{r.randrange(99)}"),
]
JUDGE = [
    (["apiKey", "accessToken", "clientSecret", "passwd"], lambda r: r.choice(["put-your-key-here", "my-secret-key", "<API_KEY>", "[REDACTED]", "dummy", "fake-token-for-tests", "not-a-real-key", "sample_api_key", "placeholder",
                                                                         "enter_password", "aaaaaaaaaaaaaaaaaaaaaaaa", "0000000000000000", "123456789012", "abcdefghijklmnop"])),
    (["token", "secret", "key"], lambda r: r.choice(PREFIXES) + r.choice(["REPLACE_ME", "0" * 20, "abcdefghijklmnopqrstuvwxyz", "{token}", "$TOKEN", "xxxx-xxxx-xxxx", "YOUR_KEY", "****"])),
    (["apiKey", "dbPassword", "privateKey"], lambda r: r.choice(["#{ENV['SECRET']}", "$SECRET_FROM_VAULT", "env(APP_SECRET)", "!Ref DbPassword", "ssm:/prod/db/password", "<%= ENV['KEY'] %>", "op://vault/item/field", "${{ secrets.TOKEN }}", "arn:aws:secretsmanager:eu-west-1:123456789012:secret:db"])),
    (["ref", "head", "parent", "treeHash"], lambda r: digest(r, "sha1")),
    (["fingerprint", "cacheKey", "contentMd5", "fileHash"], lambda r: digest(r, r.choice(["md5", "sha1"]))),
    (["sha512", "layerDigest", "blobSum"], lambda r: "sha256:" + digest(r, "sha256")),
    (["integrity", "subresource"], sri),
    (["correlationId", "deviceId", "clientId", "workspaceId", "objectId"], uuid),
    (["tokenName", "passwordColumn", "secretRef", "keyAlias", "authScheme"], lambda r: r.choice(["csrf_token", "encrypted_password", "app-credentials", "alias/main-key", "Bearer", "basic"])),
    (["passwordPlaceholder", "errorInvalidToken", "loginPasswordText"], lambda r: r.choice(["At least 12 characters", "The token has expired, log in again", "Mot de passe oublié", "Kennwort eingeben", "Your API key was not accepted"])),
    (["tokenLimit", "keyPath", "keyspace", "secretary", "monkey"], lambda r: r.choice(["4096-input-8192-output", "items.0.name", "cassandra_keyspace_main", "Office of the secretary", "capuchin"])),
    (["publicKey", "siteKey", "anonKey"], lambda r: r.choice(list(PUBLIC.values()))[1](r)),
    (["font", "thumbnail", "avatar"], lambda r: "data:font/woff2;base64," + base64.b64encode(b"wOF2" + bytes(r.randrange(256) for _ in range(120))).decode()),
    (["password", "token"], lambda r: r.choice(["Password", "token", "undefined", "false", "optional", "disabled", "varchar(255)", "text"])),
    (["handler", "tokenFilterFactory", "passwordEncoder"], lambda r: r.choice(["org.example.security.TokenAuthenticationManager", "BCryptPasswordEncoder", "useAccessTokenRefresh"])),
    (["tokenEndpoint", "keystorePath", "credentialsFile", "passwordFile"], lambda r: r.choice(["https://idp.example.org/realms/main/protocol/openid-connect/token", "/var/lib/app/keystore.jks", "~/.config/app/credentials.json", "config/master.key"])),
    (["nonce", "buildNumber", "epoch", "phone"], lambda r: of(r, DIGIT, r.choice([10, 13]))),
    (["chunk", "module", "asset"], lambda r: f"assets/{of(r, LOWER, 6)}-{of(r, ALNUM, 8)}.js"),
    (["locale", "mime", "pattern"], lambda r: r.choice(["en-GB", "application/vnd.api+json", "^[A-Za-z0-9_-]{20,64}$", "YYYY-MM-DDTHH:mm:ss.SSSZ"])),
]

# Expressions where a value would stand, in languages that have them.
RAW = {
    "tune": {
        "python": ["os.environ[\"API_KEY\"]", "settings.SECRET_KEY", "getpass.getpass()", "None", "generate_password(length=24)", "request.headers.get(\"X-Token\")"],
        "js": ["process.env.API_KEY", "config.get('secret')", "await getAccessToken(user)", "localStorage.getItem('token')", "undefined", "crypto.randomBytes(32).toString('hex')"],
        "java": ["System.getenv(\"DB_PASSWORD\")", "props.getProperty(\"db.password\")", "new SecureRandom().nextLong()", "null", "credentials.getSecretKey()"],
        "go": ["os.Getenv(\"API_KEY\")", "cfg.Secret", "mustReadFile(\"/run/secrets/key\")", "nil", "uuid.NewString()"],
        "ruby": ["ENV.fetch(\"SECRET\")", "Rails.application.credentials.secret", "SecureRandom.hex(32)", "nil", "params[:password]"],
        "php": ["getenv('DB_PASSWORD')", "$_POST['password']", "env('APP_KEY')", "null", "password_hash($plain, PASSWORD_DEFAULT)"],
        "rust": ["env::var(\"API_KEY\")?", "String::new()", "config.token.clone()", "None"],
        "cs": ["Environment.GetEnvironmentVariable(\"KEY\")", "configuration[\"Auth:Secret\"]", "null", "string.Empty"],
        "shell": ["$(cat /run/secrets/key)", "\"$1\"", "${TOKEN:?missing}", "$(openssl rand -hex 32)"],
        "hcl": ["var.db_password", "data.aws_secretsmanager_secret.db.arn", "random_password.db.result"],
    },
    "judge": {
        "python": ["getenv('TOKEN', '')", "self._load_secret(name)", "kwargs.pop(\"password\")", "\"\".join(random.choices(ascii, k=32))", "form.cleaned_data['password']"],
        "js": ["import.meta.env.VITE_KEY", "props.apiKey ?? defaultKey", "() => store.token", "req.body.password", "useState('')", "document.getElementById('password').value"],
        "java": ["environment.getRequiredProperty(\"secret\")", "tokenService.issue(user)", "request.getParameter(\"password\")", "keyStore.getKey(alias, chars)"],
        "go": ["viper.GetString(\"db.password\")", "r.FormValue(\"password\")", "token.SignedString(key)", "hex.EncodeToString(sum[:])"],
        "ruby": ["Figaro.env.api_key!", "user.password_digest", "request.headers['Authorization']", "Digest::SHA256.hexdigest(raw)"],
        "php": ["config('services.key')", "$request->input('password')", "Str::random(60)", "$this->secret"],
        "rust": ["std::env::var(\"TOKEN\").unwrap()", "SecretString::from(raw)", "args.password", "Default::default()"],
        "cs": ["builder.Configuration.GetSection(\"Key\").Value", "user.PasswordHash", "Guid.NewGuid().ToString()", "await vault.GetSecretAsync(name)"],
        "shell": ["$(aws ssm get-parameter --name key)", "$SECRET", "`pass show api`", "${1:-}"],
        "hcl": ["module.db.password", "file(\"${path.module}/key.pem\")", "sensitive(var.token)"],
    },
}
