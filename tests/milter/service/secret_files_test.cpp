// Files with secrets that others can read are told.
#include "keys/base/files.hpp"
#include "milter/audit/address_key.hpp"
#include "milter/audit/checkpoint_file.hpp"
#include "milter/service/secret_files.hpp"
#include "policy/audit/chain.hpp"
#include "policy/audit/event.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <filesystem>
#include <string>

namespace sealgate::milter {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;

// A gateway that has started once, with both keys.
class SecretFiles : public testing::Test {
protected:
    SecretFiles() {
        gateway.state = state.path();
        gateway.audit.addresses = policy::address_form::keyed;
        gateway.audit.address_key = state.path() / "address.key";
        keys::make_private_directory(gateway.audit_directory());
        const checkpoint_file signer(gateway.checkpoint_key(), gateway.audit_directory(), state.path() / "checkpoints.jsonl");
        const auto people = load_pseudonyms(gateway.audit, if_missing::make);
        policy::chain_end end;
        const auto start = policy::start_event({}, "1", {}, {.signs = signer.public_key(), .address_key = people.key_id()});
        keys::replace_file(std::filesystem::path(gateway.audit_directory()) / "audit.jsonl", policy::chain(end, start) + "\n");
    }

    keys::temporary_directory state{std::filesystem::temp_directory_path()};
    config gateway;
};

TEST_F(SecretFiles, OfAGatewayThatRunsAreWell) {
    EXPECT_THAT(unusable_secrets(gateway), IsEmpty());
    EXPECT_THAT(exposed_secrets(gateway), IsEmpty());
}

TEST_F(SecretFiles, WithWhichTheGatewayWouldNotStartAreTold) {
    keys::replace_file(gateway.checkpoint_key(), "garbage\n");
    keys::replace_file(gateway.audit.address_key, "xx\n");
    EXPECT_THAT(unusable_secrets(gateway), ElementsAre(HasSubstr("checkpoint.key is no Ed25519 private key"),
                                                       HasSubstr("address.key is no key of 64 hex digits")));
}

TEST_F(SecretFiles, AnotherAddressKeyThanTheLogsIsTold) {
    keys::replace_file(gateway.audit.address_key, std::string(64, 'a') + "\n");
    EXPECT_THAT(unusable_secrets(gateway), ElementsAre(HasSubstr("is another key than the log was written with")));
    keys::remove_file(gateway.audit.address_key);
    EXPECT_THAT(unusable_secrets(gateway), ElementsAre(HasSubstr("is missing, and the log was written with it")));
    gateway.audit.addresses = policy::address_form::clear;
    EXPECT_THAT(unusable_secrets(gateway), IsEmpty());
}

TEST_F(SecretFiles, ThatAreNotMadeYetAreNoMatter) {
    std::filesystem::remove_all(gateway.audit_directory());
    keys::remove_file(gateway.audit.address_key);
    keys::remove_file(gateway.checkpoint_key());
    EXPECT_THAT(unusable_secrets(gateway), IsEmpty());
}

} // namespace
} // namespace sealgate::milter
