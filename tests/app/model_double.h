// SPDX-License-Identifier: GPL-3.0-or-later
// A restored model for tests of what asks one: it answers from its inputs, can be held, can fail, and tells
// what it was asked.
#pragma once

#include "app/inference/restore_model.h"

#include <atomic>
#include <chrono>
#include <condition_variable>
#include <fstream>
#include <mutex>
#include <thread>

namespace fathom::app {

/// Outlives the models that restore() makes.
class ModelDouble {
public:
    run::Task task = run::Task::Transcribe;
    std::vector<std::string> classes{};
    std::atomic<int> restored = 0;
    std::atomic<int> alive = 0;
    std::atomic<int> asked = 0;
    std::atomic<int> stopped = 0;
    std::optional<Error> restoreError{};
    std::optional<Error> error{}; ///< of every answer
    double seconds = 0;           ///< of sound in a recording, half of which is done before the answer

    /// Restoring and answering wait until they are let on.
    void hold() { set(true); }
    void letOn() { set(false); }
    [[nodiscard]] RestoreModel restore() {
        return [this](const std::filesystem::path&,
                      const TellStage& tell) -> Result<std::unique_ptr<run::RestoredModel>> {
            tell(QStringLiteral("Restoring a double"));
            await({});
            ++restored;
            if (restoreError) return fail(*restoreError);
            return std::make_unique<Model>(*this);
        };
    }
    /// The options of the last question.
    run::TranscribeOptions transcribeOptions() {
        const std::lock_guard lock(m_mutex);
        return m_transcribe;
    }
    run::TranslateOptions translateOptions() {
        const std::lock_guard lock(m_mutex);
        return m_translate;
    }
    /// How many things the largest question had.
    int largest() {
        const std::lock_guard lock(m_mutex);
        return m_largest;
    }

private:
    class Model : public run::RestoredModel, public run::Inference {
    public:
        explicit Model(ModelDouble& owner) : m_owner(owner) { ++m_owner.alive; }
        ~Model() override { --m_owner.alive; }
        const run::RestoreReport& report() const override { return m_report; }
        Result<std::vector<run::NamedArray>> forward(const std::vector<run::NamedArray>&) override {
            return std::vector<run::NamedArray>();
        }
        run::Inference& inference() override { return *this; }
        Status saveTo(const std::filesystem::path&) override { return {}; }
        run::Task task() const override { return m_owner.task; }
        const std::string& target() const override { return m_target; }
        std::vector<std::string> classNames() const override { return m_owner.classes; }

        /// Hears the name of the file, word by word; a file that is not there is an error.
        Result<std::vector<run::Transcript>> transcribe(const std::vector<std::filesystem::path>& audio,
                                                        const run::TranscribeOptions& options,
                                                        std::stop_token stop) override {
            if (options.progress) options.progress(m_owner.seconds / 2, m_owner.seconds);
            if (const auto problem = m_owner.answer(audio.size(), stop)) return fail(*problem);
            {
                const std::lock_guard lock(m_owner.m_mutex);
                m_owner.m_transcribe = options;
            }
            std::vector<run::Transcript> transcripts;
            for (const auto& file : audio) {
                if (!std::ifstream(file))
                    return fail({.kind = ErrorKind::BadInput,
                                 .what = "Cannot read the recording",
                                 .why = "no such file",
                                 .remedy = "Choose another",
                                 .file = file.string()});
                const std::string word = file.stem().string();
                transcripts.push_back({.audioFile = file.string(),
                                       .text = word + " heard",
                                       .score = -1,
                                       .words = {{word, 0.1, 0.4}, {"heard", 0.5, 0.9}}});
                if (options.beamSize > 1)
                    transcripts.back().alternatives = {{word + " heard", -1}, {word + " herd", -2}};
            }
            return transcripts;
        }
        /// The class is how long the text is, modulo two.
        Result<std::vector<run::Classification>> classify(const std::vector<std::string>& texts,
                                                          std::stop_token stop) override {
            if (const auto problem = m_owner.answer(texts.size(), stop)) return fail(*problem);
            std::vector<run::Classification> results;
            for (const std::string& text : texts) {
                const bool isOdd = text.size() % 2 == 1;
                results.push_back({.label = isOdd ? 1 : 0,
                                   .className = m_owner.classes.empty() ? "" : m_owner.classes[isOdd ? 1 : 0],
                                   .probabilities = {isOdd ? 0.25 : 0.75, isOdd ? 0.75 : 0.25}});
            }
            return results;
        }
        /// Puts the target language before the text.
        Result<std::vector<run::Translation>> translate(const std::vector<std::string>& texts,
                                                        const run::TranslateOptions& options,
                                                        std::stop_token stop) override {
            if (const auto problem = m_owner.answer(texts.size(), stop)) return fail(*problem);
            {
                const std::lock_guard lock(m_owner.m_mutex);
                m_owner.m_translate = options;
            }
            std::vector<run::Translation> results;
            for (const std::string& text : texts) {
                run::Translation translation{.text = "[" + options.targetLanguage + "] " + text};
                for (int i = 0; i < options.alternatives; ++i)
                    translation.alternatives.push_back(
                        {translation.text + std::string(static_cast<std::size_t>(i), '!'), -0.5 - i});
                results.push_back(translation);
            }
            return results;
        }

    private:
        ModelDouble& m_owner;
        run::RestoreReport m_report;
        std::string m_target = "nemo.collections.test.ModelDouble";
    };

    void set(bool isHeld) {
        const std::lock_guard lock(m_mutex);
        m_isHeld = isHeld;
        m_wake.notify_all();
    }
    void await(const std::stop_token& stop) {
        std::unique_lock lock(m_mutex);
        m_wake.wait(lock, stop, [this] { return !m_isHeld; });
    }
    std::optional<Error> answer(std::size_t count, const std::stop_token& stop) {
        ++asked;
        {
            const std::lock_guard lock(m_mutex);
            m_largest = std::max(m_largest, static_cast<int>(count));
        }
        await(stop);
        if (stop.stop_requested()) {
            ++stopped;
            return Error{.kind = ErrorKind::Interrupted, .what = "stopped", .why = "asked to", .remedy = {}};
        }
        return error;
    }

    std::mutex m_mutex;
    std::condition_variable_any m_wake;
    bool m_isHeld = false;
    int m_largest = 0;
    run::TranscribeOptions m_transcribe;
    run::TranslateOptions m_translate;
};

} // namespace fathom::app
