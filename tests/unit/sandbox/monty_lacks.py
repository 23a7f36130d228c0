"""The tests of the contract that monty does not pass, and why. One that begins to pass must leave this table."""

from __future__ import annotations

from collections.abc import Mapping

MONTY_LACKS: Mapping[str, Mapping[str, str]] = {
    "test_values": {
        "test_a_value_that_json_does_not_carry_arrives_as_its_repr[[['\\\\ud800']]]": "text has no lone surrogates",
        "test_the_last_expression_obeys_future_imports": "functions have no __annotations__",
        "test_a_wrong_call_raises_type_error_and_reaches_no_tool[demo.echo(object())-argument 'value': object is not "
        "JSON; convert it to text, a number, list or dict]": "object() cannot be made",
        "test_arguments_and_results_travel_exactly[\\ud800]": "text has no lone surrogates",
        "test_names_are_supplied_to_a_program_that_imports_nothing": "functions of modules have no __name__",
        "test_a_server_named_like_a_standard_module_leaves_the_module_importable": "there is no module email",
        "test_content_blocks_arrive_as_objects": "the repr of a block shows all its fields",
        "test_a_failed_call_raises_what_its_kind_says": "errors of tools are built-in ones, without fields",
        "test_a_caller_that_breaks_fails_that_call_only": "errors of tools are built-in ones, without fields",
        "test_threads_call_tools_together": "there are no threads",
        "test_several_event_loops_call_tools": "there are no threads",
        "test_a_call_that_the_program_gives_up_is_cancelled": "there is no asyncio.timeout, so no call is given up",
        "test_a_program_is_main_and_knows_its_name": "there is no sys.modules",
        "test_dataclasses_pickle_and_enums_find_their_module": "there are no pickle and enum",
        "test_the_environment_is_the_sandbox_own": "there is no environment at all",
        "test_our_own_packages_are_not_the_program_s": "there is no __import__",
    },
    "test_endings": {
        "test_a_prewarmed_process_shows_no_more_than_a_fresh_one": "there is no module threading",
        "test_stdout_and_stderr_are_kept_apart_and_take_bytes": "there is no sys.stdout.buffer",
        "test_a_character_cut_between_two_writes_is_put_together": "there is no os.write",
        "test_causes_contexts_and_groups_show_the_program_s_own_lines_only": "there are no exception groups",
        "test_an_async_error_shows_the_program_s_own_lines_only": "there is no asyncio.TaskGroup",
        "test_an_error_whose_text_cannot_be_had_is_still_told": "there are no exception classes of a program's own",
        "test_an_error_whose_text_is_an_exit_is_still_an_error": "there are no exception classes of a program's own",
        "test_hooks_of_the_program_s_do_not_hide_its_error": "there are no hooks",
        "test_an_exit_without_a_code_is_a_good_end[import sys\\nsys.exit()]": "there is no sys.exit",
        "test_an_exit_without_a_code_is_a_good_end[import sys\\nsys.exit(0)]": "there is no sys.exit",
        "test_an_exit_with_a_code_is_a_failure": "there is no sys.exit",
        "test_leaving_the_process_is_reported_and_keeps_what_was_printed": "there is no os._exit",
        "test_a_crash_is_reported_and_keeps_what_was_printed": "there is no ctypes to crash with",
        "test_a_program_that_kills_itself_is_reported_killed": "there is no os.kill",
        "test_threads_that_are_no_daemons_are_waited_for": "there are no threads",
        "test_memory_is_limited[x = bytearray(1 << 30)]": "there is no bytearray",
        "test_memory_is_limited[x = []\\nwhile True: x.append(bytearray(1 << 20))]": "there is no bytearray",
        "test_open_files_are_limited": "there are no files",
        "test_threads_are_limited": "there are no threads",
        "test_threads_of_programs_that_run_together_are_counted_apart": "there are no threads",
        "test_what_else_the_user_runs_does_not_count": "there are no threads",
        "test_cancelling_a_run_ends_its_threads_and_their_calls_first": "there are no threads",
    },
}
