"""Appeals: texts in which every sentence rests on a recorded fact."""
