#include "ctl/verdict_words.h"

#include <gtest/gtest.h>

#include <set>

namespace failover {
namespace {

TEST(VerdictWords, EveryVerdictHasWordsOfItsOwn) {
  const auto& descriptor = *words::Verdict_descriptor();
  std::set<std::string_view> seen;
  for (int i = 0; i < descriptor.value_count(); ++i) {
    const auto verdict = static_cast<words::Verdict>(descriptor.value(i)->number());
    const VerdictWords words = WordsOf(verdict);
    EXPECT_FALSE(words.next.empty() || words.why.empty() || words.rule.empty()) << verdict;
    EXPECT_TRUE(seen.insert(words.why).second) << words.why;
    EXPECT_EQ(VerdictNamed(descriptor.value(i)->name()), verdict);
  }
}

TEST(VerdictWords, EveryFailbackAndOutcomeHasWords) {
  const auto& failback = *words::Failback_descriptor();
  std::set<std::string_view> seen;
  for (int i = 0; i < failback.value_count(); ++i) {
    EXPECT_TRUE(seen.insert(WordsOf(static_cast<words::Failback>(failback.value(i)->number()))).second) << i;
    EXPECT_EQ(FailbackNamed(failback.value(i)->name()), failback.value(i)->number());
  }
  const auto& outcome = *words::StartOutcome_descriptor();
  for (int i = 0; i < outcome.value_count(); ++i) {
    EXPECT_TRUE(seen.insert(WordsOf(static_cast<words::StartOutcome>(outcome.value(i)->number()))).second)
        << i;
    EXPECT_EQ(OutcomeNamed(outcome.value(i)->name()), outcome.value(i)->number());
  }
}

TEST(VerdictWords, WhatANewerVersionSaysIsNothingKnown) {
  EXPECT_EQ(VerdictNamed("WAIT_FOR_GODOT"), words::VERDICT_UNSPECIFIED);
  EXPECT_EQ(FailbackNamed("X"), words::FAILBACK_NONE);
  EXPECT_EQ(OutcomeNamed(""), words::NOT_STARTED);
}

}  // namespace
}  // namespace failover
