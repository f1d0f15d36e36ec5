# SPDX-License-Identifier: Apache-2.0
"""Files of 25 types, for tuning and for judging in different words. An assignment has {n} for the name and {v} for the
value; what stands around it is noise that such files have."""


class Type:
    def __init__(self, paths, names, assign, noise, head=(), foot=(), raw=None, raw_assign=None, quote=None):
        self.paths, self.names, self.assign, self.noise = paths, names, assign, noise
        self.head, self.foot, self.raw, self.raw_assign, self.quote = head, foot, raw, raw_assign, quote


def env(tune):
    if tune:
        return Type([".env", "deploy/.env.production", "api/.env.local"], "UPPER", ["{n}={v}", '{n}="{v}"', "export {n}={v}"],
                    ["NODE_ENV=production", "PORT=8080", "LOG_LEVEL=info", "# database", "FEATURE_CHAT=true", "TZ=Europe/Berlin"])
    return Type([".env.prod", "services/chat/.env", "env/staging.env"], "UPPER", ["{n}='{v}'", "{n}={v}", "{n} = {v}"],
                ["HOST=0.0.0.0", "APP_NAME=Concierge", "DEBUG=0", "# mail", "WORKERS=4", "CACHE_TTL=3600"])


def yaml(tune):
    if tune:
        return Type(["config/app.yml", "deploy/values.yaml"], "snake", ["  {n}: {v}", '  {n}: "{v}"'], ["  replicas: 3", "  image: nginx:1.25", "  timeout: 30s", "  # limits"], ["app:"])
    return Type(["application.yaml", "ops/settings.yml"], "kebab", ["    {n}: '{v}'", "    {n}: {v}"], ["    enabled: true", "    pool: 10", "    region: eu-central-1"], ["spring:", "  main:"])


def json_(tune):
    if tune:
        return Type(["config.json", "src/settings.json"], "camel", ['  "{n}": "{v}",'], ['  "port": 8080,', '  "debug": false,', '  "locale": "en",'], ["{"], ['  "end": true', "}"], quote='"')
    return Type(["appsettings.Production.json", "service-config.json"], "camel", ['    "{n}" : "{v}",', '    "{n}":"{v}",'], ['    "Logging": "Warning",', '    "retries": 5,'], ["{", '  "App": {'], ['    "last": 1', "  }", "}"], quote='"')


def toml(tune):
    return Type(["config.toml", "netlify.toml"] if tune else ["app/config/prod.toml", "wrangler.toml"], "snake", ['{n} = "{v}"'] if tune else ["{n} = '{v}'", '{n}="{v}"'],
                ["workers = 4", "[server]", 'bind = "0.0.0.0"'] if tune else ["[limits]", "burst = 20", 'mode = "strict"'])


def ini(tune):
    return Type(["setup.ini", "conf/app.cfg"] if tune else ["etc/service.conf", "settings.ini"], "snake", ["{n} = {v}", "{n}={v}"] if tune else ["{n}: {v}", "{n} = {v}"],
                ["[main]", "threads = 8", "; pool"] if tune else ["[worker]", "queue = mail", "# tuning"])


def properties(tune):
    return Type(["application.properties"] if tune else ["src/main/resources/db.properties"], "dots", ["{n}={v}"] if tune else ["{n} = {v}", "{n}:{v}"],
                ["server.port=8080", "spring.jpa.show-sql=false"] if tune else ["logging.level.root=WARN", "management.port=9000"])


def xml(tune):
    return Type(["web.config", "config/app.xml"] if tune else ["src/main/resources/beans.xml"], "camel",
                ['    <add key="{n}" value="{v}" />', "    <{n}>{v}</{n}>"] if tune else ['  <property name="{n}" value="{v}"/>', '  <entry key="{n}">{v}</entry>'],
                ["    <!-- limits -->", '    <add key="mode" value="live" />'] if tune else ['  <bean id="x" class="org.example.X"/>'], ["<configuration>"], ["</configuration>"], quote='"')


def python(tune):
    if tune:
        return Type(["app/settings.py", "scripts/sync.py"], "UPPER", ['{n} = "{v}"', "{n} = '{v}'", 'client = Client({n}="{v}")'], ["import os", "TIMEOUT = 30", "def main():", "    return run()"],
                    raw="python", raw_assign="{n} = {v}")
    return Type(["bot/config.py", "tasks/export.py"], "snake", ['config["{n}"] = "{v}"', "    {n}: str = '{v}'", '    "{n}": "{v}",', 'login(user, {n}="{v}")'],
                ["from pathlib import Path", "class Settings:", "    retries = 3", "log.info('done')"], raw="python", raw_assign="    {n} = {v}")


def js(tune):
    if tune:
        return Type(["src/config.js", "server/index.js"], "camel", ["const {n} = '{v}';", '  {n}: "{v}",', 'export const {n} = "{v}";'], ["import express from 'express';", "app.listen(3000);", "  retries: 3,"],
                    raw="js", raw_assign="const {n} = {v};")
    return Type(["lib/client.js", "functions/webhook.js"], "camel", ['let {n} = "{v}"', "  '{n}': '{v}',", "window.{n} = `{v}`;", "client.set{N}('{v}');"], ["'use strict';", "module.exports = handler;", "for (const x of list) {}"],
                raw="js", raw_assign="let {n} = {v};")


def ts(tune):
    return Type(["src/env.ts", "src/api.tsx"] if tune else ["packages/core/options.ts"], "camel", ["export const {n}: string = '{v}';"] if tune else ['  private readonly {n} = "{v}";', "  {n}: '{v}' as const,"],
                ["interface Options { password: string; token?: string }", "type Key = keyof Config;"] if tune else ["function login(password: string): Promise<Token> {}", "enum Kind { Token, Key }"],
                raw="js", raw_assign="  const {n} = {v};")


def java(tune):
    return Type(["src/main/java/App.java"] if tune else ["core/src/Client.java"], "camel",
                ['    private static final String {n} = "{v}";', '    props.put("{n}", "{v}");'] if tune else ['    String {n} = "{v}";', '    config.set{N}("{v}");', '    .setProperty("{n}", "{v}")'],
                ["import java.util.Map;", "    int retries = 3;"] if tune else ["    @Override", "    public void run() { }"], raw="java", raw_assign="    String {n} = {v};")


def kotlin(tune):
    return Type(["app/src/Config.kt"] if tune else ["shared/Keys.kt"], "camel", ['    const val {n} = "{v}"'] if tune else ['    val {n}: String = "{v}"', '    put("{n}", "{v}")'],
                ["object Config {", "    val retries = 3"] if tune else ["class Keys {", "    var state = 0"], raw="java", raw_assign="    val {n} = {v}")


def go(tune):
    return Type(["cmd/server/main.go"] if tune else ["internal/client/client.go"], "camel", ['\t{n} := "{v}"', 'const {n} = "{v}"'] if tune else ['\t{N}: "{v}",', 'var {n} = `{v}`', '\tc.Set("{n}", "{v}")'],
                ["package main", "\ttimeout := 30"] if tune else ["import \"fmt\"", "\treturn nil"], raw="go", raw_assign="\t{n} := {v}")


def ruby(tune):
    return Type(["config/initializers/api.rb"] if tune else ["lib/sync.rb"], "snake", ['  config.{n} = "{v}"', "{n} = '{v}'"] if tune else ["  {n}: '{v}',", "  :{n} => \"{v}\","],
                ["Rails.application.configure do", "  config.cache = true"] if tune else ["require 'json'", "  def call; end"], raw="ruby", raw_assign="  {n} = {v}")


def php(tune):
    return Type(["wp-config.php", "config/app.php"] if tune else ["src/Client.php"], "UPPER" if tune else "snake", ["define('{n}', '{v}');", "    '{n}' => '{v}',"] if tune else ['$' + '{n} = "{v}";', "    \"{n}\" => \"{v}\",", "    private $" + "{n} = '{v}';"],
                ["<?php", "    'debug' => false,"] if tune else ["namespace App;", "    public function run() {}"], raw="php", raw_assign="$" + "{n} = {v};")


def rust(tune):
    return Type(["src/main.rs"] if tune else ["crates/api/src/lib.rs"], "UPPER" if tune else "snake", ['const {n}: &str = "{v}";'] if tune else ['    let {n} = "{v}";', '        {n}: "{v}".to_string(),'],
                ["use std::env;", "    let retries = 3;"] if tune else ["impl Client {", "    Ok(())"], raw="rust", raw_assign="    let {n} = {v};")


def csharp(tune):
    return Type(["Program.cs"] if tune else ["Services/Mailer.cs"], "camel", ['    private const string {N} = "{v}";'] if tune else ['    var {n} = "{v}";', '    {N} = "{v}",'],
                ["using System;", "    int retries = 3;"] if tune else ["public class Mailer {", "    await Task.Yield();"], raw="cs", raw_assign="    var {n} = {v};")


def shell(tune):
    return Type(["deploy.sh", "bin/backup"] if tune else ["ci/release.sh"], "UPPER", ['{n}="{v}"', "export {n}='{v}'"] if tune else ["{n}={v} ./run", 'readonly {n}="{v}"', "  --env {n}={v} \\"],
                ["#!/bin/sh", "set -eu", "echo done"] if tune else ["cd /srv", "docker compose up -d"], raw="shell", raw_assign="{n}={v}")


def dockerfile(tune):
    return Type(["Dockerfile"] if tune else ["docker/api.Dockerfile"], "UPPER", ["ENV {n}={v}", "ARG {n}={v}"] if tune else ['ENV {n} "{v}"', "ENV {n} {v}"], ["FROM debian:12", "RUN apt-get update"] if tune else ["WORKDIR /srv", "COPY . ."])


def compose(tune):
    return Type(["docker-compose.yml"] if tune else ["compose.prod.yaml"], "UPPER", ["      - {n}={v}", "      {n}: {v}"] if tune else ['      {n}: "{v}"', '      - "{n}={v}"'],
                ["    image: postgres:15", "    ports: [5432:5432]"] if tune else ["    restart: always", "    depends_on: [db]"], ["services:", "  app:", "    environment:"])


def terraform(tune):
    return Type(["main.tf"] if tune else ["prod.tfvars", "infra/db.tf"], "snake", ['  {n} = "{v}"'] if tune else ['{n}   = "{v}"', '    {n} = "{v}"'], ['resource "aws_db_instance" "db" {', "  allocated_storage = 20"] if tune else ['region = "eu-west-1"', "instance_count = 2"],
                raw="hcl", raw_assign="  {n} = {v}")


def sql(tune):
    return Type(["dump.sql"] if tune else ["migrations/004_users.sql"], "snake", ["INSERT INTO settings (name, value) VALUES ('{n}', '{v}');"] if tune else ["UPDATE config SET {n} = '{v}' WHERE id = 1;", "  ('{n}', '{v}'),"],
                ["CREATE TABLE users (id int, password varchar(255));", "COMMIT;"] if tune else ["ALTER TABLE users ADD COLUMN token text;", "-- seed"])


def markdown(tune):
    return Type(["README.md"] if tune else ["docs/runbook.md"], "UPPER", ["    {n}={v}", "- `{n}`: `{v}`"] if tune else ["export {n}={v}", "| {n} | {v} |"], ["# Setup", "Set your password first, then the token."] if tune else ["## Deploy", "Ask for a key in the channel."])


def notebook(tune):
    return Type(["analysis.ipynb"] if tune else ["train.ipynb"], "UPPER" if tune else "snake", ['    "{n} = \\"{v}\\"\\n",'] if tune else ["    \"os.environ['{n}'] = '{v}'\\n\",", "    \"{n} = '{v}'\\n\","], ['   "cell_type": "code",', '    "import pandas as pd\\n",'])


def log(tune):
    return Type(["logs/app.log"] if tune else ["var/log/worker.log"], "snake", ["2026-03-02T10:11:12Z INFO start {n}={v} ok"] if tune else ['2026-03-04 09:08:07,123 DEBUG request {{"{n}": "{v}"}}', "[worker] loaded {n}: {v}"],
                ["2026-03-02T10:11:13Z INFO listening on 8080"] if tune else ["2026-03-04 09:08:08,001 INFO password reset requested"])


def bundle(tune):
    return Type(["dist/assets/index-a1b2c3.js"] if tune else ["build/static/js/main.9f8e7d.js"], "camel", ['var a=function(e){{return e}},c={{{n}:"{v}",retries:3}};'] if tune else ['const t={{env:"prod",{n}:"{v}"}},r=n(417);', 'e.exports={{{n}:\'{v}\'}}},914:(e,t,n)=>{{'],
                ['!function(e){var t={};function n(r){return t[r]}}([]);'] if tune else ['(self.webpackChunk=self.webpackChunk||[]).push([[179],{}]);'])


def csv(tune):
    return Type(["export.csv"] if tune else ["settings.csv"], "snake", ["{n},{v}"] if tune else ['"{n}","{v}"'], ["name,value", "region,eu"] if tune else ['"name","value"'])


TYPES = {f.__name__: f for f in [env, yaml, json_, toml, ini, properties, xml, python, js, ts, java, kotlin, go, ruby, php, rust, csharp, shell, dockerfile,
                                 compose, terraform, sql, markdown, notebook, log, bundle, csv]}

GENERIC_NAMES = {
    True: ["db_password", "secret_key", "api_key", "auth_token", "smtp_password", "admin_password", "client_secret", "jwt_secret", "encryption_key", "access_token", "private_key", "app_secret"],
    False: ["database_pass", "service_password", "api_token", "root_passwd", "session_secret", "webhook_secret", "license_key", "signing_key", "refresh_token", "user_pwd", "internal_api_key", "cookie_secret", "passphrase"],
}
