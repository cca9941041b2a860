// Policies for tests: files in memory, read by the real loader.
#pragma once

#include "policy/load/policy.hpp"

#include <gtest/gtest.h>

#include <map>
#include <string>

namespace sealgate::policy {

using files = std::map<std::string, std::string>;

inline file_reader reader_of(const files& all) {
    return [all](const std::string& path) -> std::expected<std::string, std::string> {
        const auto at = all.find(path);
        if (at == all.end()) return std::unexpected("cannot be read: No such file or directory");
        return at->second;
    };
}

// An organisation of the usual kind: what contract.md section 3 names, and no file beside it.
inline const std::string example_policy = R"(organisation:
  name: Example Org
  domains: [example.org]
classifications:
  - {name: public,       tags: [public]}
  - {name: internal,     tags: [internal, interne]}
  - {name: confidential, tags: [confidential, vertraulich, confidentiel]}
untagged: internal
near_miss: reject
carriers:
  subject: ["[{tag}]"]
  headers: [X-Classification]
  sensitivity: {Company-Confidential: confidential, Private: confidential, Personal: internal}
tiers:
  secure:      {domains: [partner.example]}
  even-better: {domains: [riseup.net, tuta.com, tutanota.com]}
  better:      {domains: [gmail.com, hushmail.com]}
  unsecure:    {domains: [yahoo.com, hotmail.com, outlook.com]}
rules:
  public:       {default: deliver, archive: [archive@example.org]}
  internal:     {organisation: deliver, secure: deliver, even-better: deliver, better: deliver, unsecure: warn, default: warn}
  confidential: {organisation: deliver, default: encrypt}
encryption:
  no_key: reject
  unverifiable: warn
  partial: seal
  accept_smime: true
  protect_subject: true
  always_to: []
notices:
  from: postmaster@example.org
  once_per: 24h
  help: https://intranet.example.org/mail
channels:
  text:  {secure: [Signal, Jitsi], better: [WhatsApp, Telegram secret chat], unsecure: [SMS, Facebook, Viber]}
  voice: {secure: [Signal, Jitsi Meet], better: [Google Meet, Skype], unsecure: [phone call]}
)";

// Replaces the first occurrence, which must be there.
inline std::string with(std::string text, const std::string& from, const std::string& to) {
    const auto at = text.find(from);
    EXPECT_NE(at, std::string::npos) << from;
    return at == std::string::npos ? text : text.replace(at, from.size(), to);
}

inline policy load_or_fail(const std::string& text) {
    auto loaded = load_policy("policy.yaml", reader_of({{"policy.yaml", text}}));
    if (!loaded)
        for (const auto& problem : loaded.error()) ADD_FAILURE() << problem.to_string();
    return loaded ? *std::move(loaded) : policy{};
}

} // namespace sealgate::policy
