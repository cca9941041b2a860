// Which certificate an administrator bound to whom: what the file says, and that nothing of it is guessed.
#include "keys/base/files.hpp"
#include "keys/store/bindings.hpp"

#include <gmock/gmock.h>

#include <fstream>

namespace sealgate::keys {
namespace {

using testing::HasSubstr;

const std::string a(40, 'A'), b(40, 'B');

TEST(Bindings, AreOfAnAddressBeforeItsDomain) {
    const bindings all({{"kay@example.org", a}, {"@example.org", b}});
    EXPECT_EQ(all.of("kay@example.org"), a);
    EXPECT_EQ(all.of("bob@example.org"), b);
    EXPECT_EQ(all.of("kay+news@example.org", "kay@example.org"), a) << "before the domain's";
    EXPECT_EQ(all.of("bob@sub.example.org"), "");
    EXPECT_EQ(all.of("bob@xexample.org"), "");
    EXPECT_EQ(all.of("example.org"), "");
    EXPECT_EQ(all.of(""), "");
}

TEST(Bindings, AreWrittenAsTheyAreRead) {
    const bindings all({{"kay@example.org", a}, {"@example.org", b}});
    EXPECT_EQ(parse_bindings(to_text(all)), all);
    EXPECT_EQ(parse_bindings("\n  # a remark\n kay@example.org  " + a + " \n")->of("kay@example.org"), a);
}

TEST(Bindings, OfAnotherFormAreAnErrorAsAWhole) {
    for (const auto& [content, problem] : std::vector<std::pair<std::string, std::string>>{
             {"kay@example.org " + a + "\nbob " + b, "line 2: "},
             {"kay@example.org", "line 1: "},
             {"kay@example.org AAAA", "line 1: "},
             {"Kay@Example.org " + a, "line 1: "},
             {"kay@example.org " + a + "\nkay@example.org " + b, "line 2: kay@example.org is bound twice"}})
        EXPECT_THAT(parse_bindings(content).error(), HasSubstr(problem)) << content;
}

TEST(Bindings, TakeAnAddressAsAdministratorsWriteIt) {
    EXPECT_EQ(binding_key("Kay@Example.ORG"), "kay@example.org");
    EXPECT_EQ(binding_key("@Example.ORG"), "@example.org");
    EXPECT_EQ(binding_key("@b\xC3\xBC"
                          "cher.example"),
              "@xn--bcher-kva.example");
    for (const auto* nothing : {"", "@", "kay", "@example..org", "kay@", "a b@example.org", "kay@exa\nmple.org"})
        EXPECT_EQ(binding_key(nothing), "") << nothing;
}

TEST(Bindings, AreChangedUnderALock) {
    const temporary_directory directory(std::filesystem::temp_directory_path());
    const auto own = directory.path() / "keys";
    EXPECT_EQ(read_bindings(own), bindings()) << "none yet";
    EXPECT_TRUE(change_bindings(own, [](bindings::map& all) { all["kay@example.org"] = a; }));
    EXPECT_EQ(read_bindings(own)->of("kay@example.org"), a);
    std::ofstream(bindings_file(own)) << "nonsense";
    EXPECT_THAT(change_bindings(own, [](bindings::map& all) { all.clear(); }).error(), HasSubstr("bindings: line 1"));
    EXPECT_THAT(read_bindings(own).error(), HasSubstr("mail that needs a key waits"));
}

} // namespace
} // namespace sealgate::keys
